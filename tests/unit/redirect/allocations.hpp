// Counts the allocations of a test program that links allocations.cpp.
#pragma once

#include <cstddef>

namespace waymark::redirect::test {

std::size_t allocations() noexcept;

}  // namespace waymark::redirect::test
