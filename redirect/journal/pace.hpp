// How fast the keeper may go through bytes: in slices, with pauses between them. Making a page
// present or writing it back is kernel work that nothing interrupts, and a thread that does it for
// a whole segment holds for milliseconds a core that a request thread wants.
#pragma once

#include "common/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace waymark::redirect {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  // About a tenth of a millisecond of work.
  static constexpr std::size_t slice_bytes = 256 * KiB;
  // Of one request thread; it journals less than a third of that when it does nothing else.
  static constexpr std::uint64_t bytes_per_second = 256 * MiB;

  // For the segments of so many request threads. 0: no pauses.
  explicit Pace(unsigned threads = 0) noexcept : rate_(threads * bytes_per_second) {}

  // When the next slice may begin, after `bytes` that were allowed to begin at `due`. Lateness is
  // made up for by a few slices in a row, no more: the core may be late because it is wanted.
  Clock::time_point next(Clock::time_point due, std::size_t bytes,
                         Clock::time_point now) const noexcept;
  static constexpr int slices_in_a_row_max = 2;

  // Calls `work(begin, end)` for each slice of [begin, end) in order, until one returns false;
  // returns whether all returned true.
  template <class Work>
  bool each_slice(std::size_t begin, std::size_t end, Work work) const {
    auto due = Clock::now();
    for (std::size_t at = begin; at < end;) {
      const std::size_t to = end - at > slice_bytes ? at + slice_bytes : end;
      if (!work(at, to)) return false;
      if (to < end) {
        due = next(due, to - at, Clock::now());
        pause_until(due);
      }
      at = to;
    }
    return true;
  }

 private:
  std::chrono::nanoseconds price(std::size_t bytes) const noexcept;
  static void pause_until(Clock::time_point time);

  std::uint64_t rate_;
};

}  // namespace waymark::redirect
