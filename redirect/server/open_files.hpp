// The limit of open files, which bounds connections whatever connections.max says.
#pragma once

#include <cstdint>

namespace waymark::redirect {

// Raises this process's limit as far as it may; returns what it is then.
std::uint64_t raise_open_files() noexcept;

// How many connections fit into a limit of open files beside what the edge itself needs: without a
// file to spare it could neither go on in its journal nor reach a Redis that has come back. At
// least one for each thread.
std::uint64_t connections_within(std::uint64_t open_files, std::uint64_t threads) noexcept;

}  // namespace waymark::redirect
