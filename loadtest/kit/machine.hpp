// The machine that makes the load, as results name it.
#pragma once

#include "loadtest/kit/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::loadtest {

Machine this_machine(std::vector<std::string> command_line);

// Raises the soft limit of open files to the hard one; returns what may be open.
std::size_t raise_file_limit();

}  // namespace waymark::loadtest
