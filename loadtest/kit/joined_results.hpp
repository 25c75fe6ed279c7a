// The results of several machines that loaded one server at the same time.
#pragma once

#include "loadtest/kit/result.hpp"
#include "loadtest/kit/threshold.hpp"

#include <span>
#include <string>
#include <vector>

namespace waymark::loadtest {

// Judged by the thresholds of all parts and those of `wanted`. Throws StartupError (exit 2) naming
// the file when two parts are of other URLs or modes. `files` names the parts.
RunResult join_results(std::span<const RunResult> parts, std::span<const std::string> files,
                       std::span<const Threshold> wanted);

}  // namespace waymark::loadtest
