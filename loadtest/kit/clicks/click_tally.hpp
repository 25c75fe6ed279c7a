// Lays what was answered beside what was found, click by click. Pure: who reads the store or the
// stream (store_witness.hpp, stream_witness.hpp) says here what it saw.
#pragma once

#include "common/uuid.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

class ClickTally {
 public:
  explicit ClickTally(std::vector<AnsweredClick> answered);

  // The ids between which everything that was answered lies, both included.
  struct Range {
    Uuid first;
    Uuid last;
  };

  // Where the clicks lie that were not found yet; nothing when there are none.
  std::optional<Range> missing_range() const;

  // Begins a reading of all rows of `range`: what earlier ones found there is found anew, so that a
  // row that is read twice is not taken for one that is there twice.
  void begin_reading(const Range& range);
  // One row of the reading. In ascending order of ids it costs no search. The answer that gave the
  // id, when this is its first row; else null.
  const AnsweredClick* see(const Uuid& id);

  std::uint64_t answered() const noexcept { return answered_.size() + doubled_; }
  std::uint64_t found() const noexcept { return answered_.size() - missing_; }
  // Two visitors who were given the same id have one row between them: one of the clicks is lost.
  std::uint64_t missing() const noexcept { return missing_ + doubled_; }
  std::uint64_t twice() const noexcept { return twice_; }
  // Rows between the first and the last answered click that are nobody's here. Of whole readings.
  std::uint64_t unexpected() const noexcept { return unexpected_; }

  // The answer that gave this id, or nothing.
  const AnsweredClick* find(const Uuid& id) const;
  // Oldest first.
  std::vector<AnsweredClick> missing_clicks(std::size_t at_most) const;

 private:
  std::size_t place_of(const Uuid& id) const;

  std::vector<AnsweredClick> answered_;  // by id
  std::vector<std::uint8_t> times_;      // how often each was found; 2: more than once
  std::size_t place_ = 0;                // where the last row was found
  bool whole_reading_ = false;
  std::uint64_t doubled_ = 0;  // answers whose id another answer had given already
  std::uint64_t missing_ = 0;
  std::uint64_t twice_ = 0;
  std::uint64_t unexpected_ = 0;
};

}  // namespace waymark::loadtest
