// Results as JSON: what `--json` writes and `report` and `compare` read. result.schema.json
// describes it.
#pragma once

#include "loadtest/kit/result.hpp"

#include <string>
#include <string_view>

namespace waymark::loadtest {

namespace limits {
inline constexpr std::size_t result_bytes_max = 256 * 1024 * 1024;
}  // namespace limits

// Ends with a line end. Histograms also show their percentiles, for readers without our bucket
// arithmetic; parse_result() overlooks them.
std::string to_json(const RunResult& result);

// Members it does not know are overlooked, those that are absent keep their default. Throws
// StartupError (exit 1) naming `file` and the member when the text is no result or one of a newer
// version.
RunResult parse_result(std::string_view text, std::string_view file);

// Throws StartupError (exit 1) when `file` cannot be read or holds no result.
RunResult read_result(const std::string& file);

// Throws StartupError (exit 1) when `file` cannot be written; "-" is standard output.
void write_file(const std::string& file, std::string_view text);

}  // namespace waymark::loadtest
