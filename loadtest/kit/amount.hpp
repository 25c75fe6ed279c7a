// Amounts as people write them on a command line: durations, rates, shares.
//
// All throw StartupError (exit 2) that names `what`, the text and the accepted form.
#pragma once

#include <chrono>
#include <string_view>

namespace waymark::loadtest {

// `500ms`, `10s`, `2m`, `1h`, with decimals; above 0, at most a day.
std::chrono::nanoseconds parse_duration(std::string_view what, std::string_view text);

// Requests a second: `200`, `1.5k`, `1M`; 0 to 10 million.
double parse_rate(std::string_view what, std::string_view text);

// `2%` or `0.02`: 0 to 1.
double parse_share(std::string_view what, std::string_view text);

}  // namespace waymark::loadtest
