// Which clicks are watched on their way into the store. Reading every row again and again while the
// load runs would disturb what is measured, so at high rates only the clicks of a thin slice of
// time are: those whose id was minted in the first `width` milliseconds of each period. The choice
// depends on the id alone, so it does not favour the quick or the slow, and needs no clock of ours.
#pragma once

#include "common/uuid.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace waymark::loadtest {

class WatchShare {
 public:
  static constexpr std::uint64_t period_ms = 128;
  // Clicks of a slice that are aimed for: about 190 a second are watched, all when there are fewer.
  static constexpr std::uint64_t clicks_wanted = 24;

  // `rate`: clicks a second that are expected; 0 when unknown.
  explicit WatchShare(double rate = 0) noexcept : width_ms_(first_width(rate)) {}

  static std::uint64_t slice_of(const Uuid& id) noexcept { return id.unix_ms() / period_ms; }

  // Any thread.
  bool includes(const Uuid& id) const noexcept {
    return id.unix_ms() % period_ms < width_ms_.load(std::memory_order_relaxed);
  }
  std::uint64_t width_ms() const noexcept { return width_ms_.load(std::memory_order_relaxed); }

  // Told how many clicks a slice of the present width had; the next ones come nearer to the aim.
  void adapt(std::uint64_t clicks) noexcept {
    const auto width = width_ms();
    const auto wanted = clicks == 0 ? 2 * width : width * clicks_wanted / clicks;
    width_ms_.store(std::clamp<std::uint64_t>(wanted, std::max<std::uint64_t>(width / 2, 1),
                                              std::min(2 * width, period_ms)),
                    std::memory_order_relaxed);
  }

 private:
  static std::uint64_t first_width(double rate) noexcept {
    if (rate <= 0) return 1;
    const double width = 1000.0 * static_cast<double>(clicks_wanted) / rate;
    return static_cast<std::uint64_t>(std::clamp(width, 1.0, static_cast<double>(period_ms)));
  }

  std::atomic<std::uint64_t> width_ms_;
};

}  // namespace waymark::loadtest
