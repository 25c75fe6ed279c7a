// Lets std::allocate_shared make an object with room behind it, so that an object and its texts
// take one allocation. The room begins at the object's end (`this + 1`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace waymark::redirect {

template <class T>
class TailAllocator {
 public:
  using value_type = T;

  explicit TailAllocator(std::size_t tail_bytes) noexcept : tail_bytes_(tail_bytes) {}
  template <class Other>
  TailAllocator(const TailAllocator<Other>& other) noexcept : tail_bytes_(other.tail_bytes()) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T) + tail_bytes_));
  }
  void deallocate(T* memory, std::size_t) noexcept { ::operator delete(memory); }

  std::size_t tail_bytes() const noexcept { return tail_bytes_; }
  friend bool operator==(const TailAllocator&, const TailAllocator&) noexcept { return true; }

 private:
  std::size_t tail_bytes_;
};

}  // namespace waymark::redirect
