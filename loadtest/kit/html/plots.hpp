// The plots of a report, each with its table behind it. Empty when there is nothing to show.
#pragma once

#include "loadtest/kit/result.hpp"

#include <string>

namespace waymark::loadtest::html {

std::string percentile_section(const RunResult& result);
std::string latency_over_time(const RunResult& result);
std::string rate_over_time(const RunResult& result);
std::string status_section(const RunResult& result);
std::string server_sections(const RunResult& result);
std::string click_section(const RunResult& result);

}  // namespace waymark::loadtest::html
