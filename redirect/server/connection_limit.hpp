// How many connections are open, of all threads together and of each. The room is one: no thread
// has a share that others could not use. Asked when a connection opens and closes, never for a
// request.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace waymark::redirect {

class ConnectionLimit {
 public:
  ConnectionLimit(std::uint64_t max, unsigned threads) : max_(max), of_threads_(threads) {}

  // From any thread: `thread` gets one more. False when all are taken; each true needs its leave().
  [[nodiscard]] bool enter(unsigned thread) noexcept;
  void leave(unsigned thread) noexcept;

  std::uint64_t max() const noexcept { return max_; }
  bool full() const noexcept { return open_.load(std::memory_order_relaxed) >= max_; }

  // Who has the fewest; `asking` when nobody has fewer.
  unsigned thread_with_fewest(unsigned asking) const noexcept;

 private:
  const std::uint64_t max_;
  std::atomic<std::uint64_t> open_{0};
  std::vector<std::atomic<std::uint32_t>> of_threads_;
};

}  // namespace waymark::redirect
