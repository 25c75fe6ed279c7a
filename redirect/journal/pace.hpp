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

  // Tens of microseconds of work.
  static constexpr std::size_t slice_bytes = 128 * KiB;
  // Of one request thread; it journals less than a third of that when it does nothing else.
  static constexpr std::uint64_t bytes_per_second = 256 * MiB;

  // For the segments of so many request threads. 0: no pauses.
  explicit Pace(unsigned threads = 0) noexcept : rate_(threads * bytes_per_second) {}

  // How long after the start that many bytes may be done.
  std::chrono::nanoseconds due(std::uint64_t bytes) const noexcept;

  // Calls `work(begin, end)` for each slice of [begin, end) in order, until one returns false;
  // returns whether all returned true. Pauses that came out too long are made up for.
  template <class Work>
  bool each_slice(std::size_t begin, std::size_t end, Work work) const {
    const auto start = Clock::now();
    for (std::size_t at = begin; at < end;) {
      const std::size_t next = end - at > slice_bytes ? at + slice_bytes : end;
      if (!work(at, next)) return false;
      at = next;
      if (at < end) pause_until(start + due(at - begin));
    }
    return true;
  }

 private:
  static void pause_until(Clock::time_point time);

  std::uint64_t rate_;
};

}  // namespace waymark::redirect
