// The report as one HTML page: style and plots (SVG) are in it, nothing is fetched, no script runs.
// Light and dark, for screens, phones and paper; every plot has its figures as a table behind it.
#pragma once

#include "loadtest/kit/result.hpp"

#include <string>

namespace waymark::loadtest {

std::string html_report(const RunResult& result);

}  // namespace waymark::loadtest
