// Counts the allocations of a test program that links allocations.cpp, and has them fail.
#pragma once

#include <cstddef>

namespace waymark::redirect::test {

std::size_t allocations() noexcept;

// From now on larger ones fail on this thread.
void limit_allocations(std::size_t bytes_max) noexcept;

}  // namespace waymark::redirect::test
