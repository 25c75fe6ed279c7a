#include "redirect/server/connection_limit.hpp"

namespace waymark::redirect {

bool ConnectionLimit::enter(unsigned thread) noexcept {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= max_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  of_threads_[thread].fetch_add(1, std::memory_order_relaxed);
  return true;
}

void ConnectionLimit::leave(unsigned thread) noexcept {
  of_threads_[thread].fetch_sub(1, std::memory_order_relaxed);
  open_.fetch_sub(1, std::memory_order_relaxed);
}

unsigned ConnectionLimit::thread_with_fewest(unsigned asking) const noexcept {
  unsigned fewest = asking;
  std::uint32_t count = of_threads_[asking].load(std::memory_order_relaxed);
  for (unsigned thread = 0; thread < of_threads_.size(); ++thread) {
    const std::uint32_t of_thread = of_threads_[thread].load(std::memory_order_relaxed);
    if (of_thread >= count) continue;
    fewest = thread;
    count = of_thread;
  }
  return fewest;
}

}  // namespace waymark::redirect
