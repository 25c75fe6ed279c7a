// The doctor's findings and sums as text and as JSON.
#pragma once

#include "tracker/cli/doctor/finding.hpp"
#include "tracker/cli/doctor/sums.hpp"
#include "tracker/cli/terminal.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace waymark::cli {

std::string report_text(const Findings& findings, const std::vector<EdgeSum>& edges,
                        std::uint64_t now_ms, const Palette& palette);

// {"ok":bool,"findings":[{"grade","subject","text","fix"}],"edges":[{"epoch","name","delete",
// "origins":[{"origin","last","committed","owed","lost"}]}]}
std::string report_json(const Findings& findings, const std::vector<EdgeSum>& edges,
                        std::uint64_t now_ms);

}  // namespace waymark::cli
