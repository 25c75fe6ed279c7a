#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>

namespace {
std::atomic<std::size_t> count = 0;
thread_local std::size_t largest = std::numeric_limits<std::size_t>::max();
}  // namespace

std::size_t waymark::redirect::test::allocations() noexcept {
  return count;
}

void waymark::redirect::test::limit_allocations(std::size_t bytes_max) noexcept {
  largest = bytes_max;
}

void* operator new(std::size_t size) {
  count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = size <= largest ? std::malloc(size) : nullptr) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
