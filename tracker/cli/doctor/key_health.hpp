// Can the tracker read what the edges sign? A token that it cannot read credits nobody, and nobody
// notices before a referrer complains.
#pragma once

#include "tracker/cli/doctor/finding.hpp"
#include "tracker/cli/doctor/sums.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <vector>

namespace waymark::cli {

// `tracker_keys` is `keys` of /v1/status: the ids, or null for a tracker without --keys. A key that
// a running edge signs with must be among them; one that it only verifies with should be.
Finding judge_tracker_keys(const boost::json::value& tracker_keys,
                           const std::vector<EdgeSum>& edges, std::uint64_t now_ms);

}  // namespace waymark::cli
