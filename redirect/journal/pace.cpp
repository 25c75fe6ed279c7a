#include "redirect/journal/pace.hpp"

#include <thread>

namespace waymark::redirect {

std::chrono::nanoseconds Pace::due(std::uint64_t bytes) const noexcept {
  if (rate_ == 0) return std::chrono::nanoseconds{0};
  const double seconds = static_cast<double>(bytes) / static_cast<double>(rate_);
  return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

void Pace::pause_until(Clock::time_point time) {
  if (Clock::now() < time) std::this_thread::sleep_until(time);
}

}  // namespace waymark::redirect
