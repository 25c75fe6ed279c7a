// Do the trackers that share the store do their work? Judged from /v1/status.
#pragma once

#include "tracker/cli/doctor/finding.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::cli {

struct TrackerState {
  std::string name;                              // <host>-<slot>
  std::optional<std::int64_t> rest_ms;           // of its lease; negative: expired
  std::vector<std::string> work;                 // what it does for all
  std::map<std::string, std::uint64_t> pending;  // entries by shard
};

// `trackers` of /v1/status; none for anything else.
std::vector<TrackerState> parse_trackers(const boost::json::value& trackers);

// One finding for each tracker, and one for each work that nobody does.
Findings judge_trackers(const std::vector<TrackerState>& trackers);

}  // namespace waymark::cli
