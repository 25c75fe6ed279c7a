// When a program that died is started again: at once the first time, then after pauses that double,
// until it has run well for a while. Pure: time comes from outside.
#pragma once

#include <chrono>

namespace waymark::cli {

class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds pause_min{200};
  static constexpr std::chrono::milliseconds pause_max{10'000};
  // A run this long clears the record.
  static constexpr std::chrono::milliseconds good_run{30'000};

  void started(Time now) noexcept;
  // Returns the pause before the next start.
  std::chrono::milliseconds died(Time now) noexcept;

 private:
  Time started_{};
  std::chrono::milliseconds next_pause_{0};
};

}  // namespace waymark::cli
