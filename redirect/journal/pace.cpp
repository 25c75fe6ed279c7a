#include "redirect/journal/pace.hpp"

#include <algorithm>
#include <thread>

namespace waymark::redirect {

std::chrono::nanoseconds Pace::price(std::size_t bytes) const noexcept {
  if (rate_ == 0) return std::chrono::nanoseconds{0};
  const double seconds = static_cast<double>(bytes) / static_cast<double>(rate_);
  return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

Pace::Clock::time_point Pace::next(Clock::time_point due, std::size_t bytes,
                                   Clock::time_point now) const noexcept {
  return std::max<Clock::time_point>(due + price(bytes),
                                     now - slices_in_a_row_max * price(slice_bytes));
}

void Pace::pause_until(Clock::time_point time) {
  if (Clock::now() < time) std::this_thread::sleep_until(time);
}

}  // namespace waymark::redirect
