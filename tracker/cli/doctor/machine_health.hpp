// Limits of this machine that an edge or tracker started from here would meet.
#pragma once

#include "tracker/cli/doctor/finding.hpp"

#include <cstdint>
#include <filesystem>

namespace waymark::cli {

Finding judge_file_limit(std::uint64_t hard_limit);
Finding judge_disk(const std::filesystem::path& journal, std::uint64_t free_bytes);

// Looks at this process's limits and at the disk of `journal` (skipped when empty).
Findings check_machine(const std::filesystem::path& journal);

}  // namespace waymark::cli
