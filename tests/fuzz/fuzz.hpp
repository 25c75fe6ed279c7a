// What a fuzz target and its driver agree on. A target is one file that defines the three functions
// below; driver.cpp damages the seeds and calls it. The entry has libFuzzer's name and shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::fuzz {

// Inputs to begin with. Good ones: what is wrong with an input is the mutations' part.
std::vector<std::string> seeds();
// Bytes that mean something to the target, put in here and there.
std::vector<std::string> words();

// What must hold whatever the input. Ends the program; the driver keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

using Random = std::mt19937_64;

// 0 .. size - 1, or 0; the same on every platform, unlike the distributions of the library.
inline std::size_t below(Random& random, std::size_t size) {
  return size == 0 ? 0 : static_cast<std::size_t>(random() % size);
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
