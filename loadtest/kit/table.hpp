// The final table: what a person at a terminal wants to know, verdict first.
#pragma once

#include "loadtest/kit/result.hpp"

#include <string>

namespace waymark::loadtest {

// Plain text, at most 100 columns wide where names allow, ending with a line end. A star marks a
// percentile with too few samples.
std::string final_table(const RunResult& result);

}  // namespace waymark::loadtest
