// The watched clicks that are not in the store yet: which slice of them is to be asked for next,
// and how long those took that have turned up. Pure: time comes from outside; row_watch.hpp asks.
//
// A row does not say when it was committed. The time at which it was first read is an upper bound:
// too high by the pause between two questions at most, which is 5 ms or a sixteenth of the time
// that has passed.
#pragma once

#include "common/uuid.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace waymark::loadtest {

class WatchBoard {
 public:
  static constexpr std::chrono::milliseconds pause_min{5};
  static constexpr int pause_share = 16;
  // Clicks that are waited for at a time; past it no more are watched until some have come.
  static constexpr std::size_t waiting_max = 65'536;

  // Clicks that ledgers have handed over since the last call.
  void add(std::span<const AnsweredClick> clicks);

  struct Question {
    std::uint64_t slice;
    Uuid first;          // of those missing in the slice
    Uuid last;           // of them, too
    std::size_t clicks;  // how many are missing
  };
  // The slice whose turn has come; nothing when none is due yet.
  std::optional<Question> next(SteadyTime now) const;
  // When next() will have something; nothing when no click is waited for.
  std::optional<SteadyTime> due() const;

  // What the question has found, and when its answer was read. Ids in ascending order.
  void answer(const Question& question, std::span<const Uuid> found, SteadyTime now);
  // It could not be asked: its turn comes again after the usual pause.
  void unanswered(const Question& question, SteadyTime now);

  // Clicks of the youngest slice that no more answers are expected for, told once for each.
  std::optional<std::uint64_t> finished_slice();

  const Histogram& latency() const noexcept { return latency_; }  // answer to row, nanoseconds
  // Found, but later than ClickWitness::late_after.
  std::uint64_t late() const noexcept { return late_; }
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct Slice {
    std::vector<AnsweredClick> missing;  // by id
    SteadyTime begin;                    // its first answer
    SteadyTime due;
  };

  void plan(Slice& slice, SteadyTime now) const;

  std::map<std::uint64_t, Slice> slices_;
  std::size_t waiting_ = 0;
  std::uint64_t newest_slice_ = 0;
  std::uint64_t newest_clicks_ = 0;
  std::optional<std::uint64_t> finished_;
  Histogram latency_;
  std::uint64_t late_ = 0;
};

}  // namespace waymark::loadtest
