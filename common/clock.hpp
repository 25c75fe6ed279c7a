// The clocks in milliseconds, as they are stored, sent and compared.
#pragma once

#include <chrono>
#include <cstdint>

namespace waymark {

template <class Clock>
std::uint64_t milliseconds_of_clock() noexcept {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(Clock::now().time_since_epoch()).count());
}

// Since 1970, by the wall clock, which may jump.
inline std::uint64_t unix_ms() noexcept {
  return milliseconds_of_clock<std::chrono::system_clock>();
}
// For durations: never jumps back.
inline std::uint64_t steady_ms() noexcept {
  return milliseconds_of_clock<std::chrono::steady_clock>();
}

}  // namespace waymark
