// Is the click stream well? Judged from GET /v1/stream. Pure.
#pragma once

#include "tracker/cli/doctor/finding.hpp"

#include <boost/json/value.hpp>

#include <cstdint>

namespace waymark::cli {

Findings judge_stream(const boost::json::value& stream, std::uint64_t now_ms);

}  // namespace waymark::cli
