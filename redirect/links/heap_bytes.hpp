// What heap memory really takes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::redirect {

// Of an allocation of that size: malloc adds a word and rounds up to 16, at least 32.
constexpr std::size_t heap_bytes(std::size_t bytes) noexcept {
  const std::size_t rounded = (bytes + sizeof(void*) + 15) / 16 * 16;
  return rounded < 32 ? 32 : rounded;
}

// Beyond the object itself; nothing for a text that fits into it.
inline std::size_t heap_bytes(const std::string& text) noexcept {
  return text.capacity() <= std::string{}.capacity() ? 0 : heap_bytes(text.capacity() + 1);
}

template <class T>
std::size_t heap_bytes(const std::vector<T>& list) noexcept {
  return list.capacity() == 0 ? 0 : heap_bytes(list.capacity() * sizeof(T));
}

}  // namespace waymark::redirect
