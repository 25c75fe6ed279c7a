// What one thread of the generator counts while it runs. Written by that thread alone, but for
// take_seconds(), which any thread may call. Times are nanoseconds since the start of the run.
#pragma once

#include "loadtest/kit/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace waymark::loadtest {

// A send later than this after it could have gone out is late (RunResult::late_sends).
inline constexpr std::uint64_t late_ns = 100'000;

// A second that is over, for who watches the run.
struct SecondSeen {
  Second second;  // without `due`
  std::uint64_t max_lateness_ns = 0;
};

class Recorder {
 public:
  explicit Recorder(std::size_t kinds) : kinds_(kinds) {}

  void sent(std::uint8_t kind, std::uint64_t lateness);
  struct Answer {
    std::uint8_t kind;
    int status;
    bool expected;
    std::uint64_t latency;
    std::uint64_t service;
  };
  void answered(const Answer& answer);
  // `counter` is the one of Errors; the first `why` is kept for people.
  void failed(std::uint64_t Errors::*counter, const std::string& why);

  void connection_opened() noexcept { ++connections_opened_; }
  void bytes_sent(std::size_t count) noexcept { bytes_sent_ += count; }
  void bytes_received(std::size_t count) noexcept { bytes_received_ += count; }

  // To be called often: closes seconds that are over at `now`.
  void advance(std::uint64_t now) {
    if (now >= second_ends_) roll(now);
  }
  // Closes the last second.
  void finish() { roll(second_ends_); }

  // Seconds closed since the last call. Any thread.
  std::vector<SecondSeen> take_seconds();

  // Adds all counts but `planned`, `seconds` and `generator`. After finish().
  void add_to(RunResult& result, const std::vector<std::string>& kind_names) const;
  const std::string& first_failure() const noexcept { return first_failure_; }

 private:
  static constexpr std::size_t statuses_max = 1'000;  // three digits
  struct KindCounts {
    std::uint64_t requests = 0;
    std::array<std::uint64_t, statuses_max> statuses{};
    Histogram latency;
  };
  void roll(std::uint64_t now);

  std::vector<KindCounts> kinds_;
  Histogram lateness_;
  Histogram service_;
  Errors errors_;
  std::string first_failure_;
  std::uint64_t late_sends_ = 0;
  std::uint64_t connections_opened_ = 0;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t bytes_received_ = 0;

  std::uint64_t second_ends_ = 1'000'000'000;
  SecondSeen current_;
  Histogram current_latency_;

  std::mutex closed_mutex_;
  std::vector<SecondSeen> closed_;
};

}  // namespace waymark::loadtest
