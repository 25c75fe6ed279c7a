// Clicks that wait: where they are, and when they will be through. Judged from two readings of the
// sums (sums.hpp), so that what comes in meanwhile counts, too.
#pragma once

#include "tracker/cli/doctor/finding.hpp"
#include "tracker/cli/doctor/sums.hpp"
#include "tracker/cli/redis_query.hpp"

#include <cstdint>
#include <vector>

namespace waymark::cli {

// Fewer are on their way at any time: an edge reports once a second.
inline constexpr std::uint64_t backlog_min = 10'000;

struct BacklogReading {
  std::uint64_t at_ms = 0;    // unix milliseconds
  std::uint64_t owed = 0;     // journalled and not in the store, all edges together
  std::uint64_t settled = 0;  // in the store, or known to be lost
};
BacklogReading read_backlog(const std::vector<EdgeSum>& edges, std::uint64_t now_ms);

// How many clicks the streams hold: entries, times the lines of the oldest few. `redis` must be
// connected.
std::uint64_t estimate_in_streams(RedisQuery& redis);

// `after` is the later reading.
Finding judge_backlog(const BacklogReading& before, const BacklogReading& after,
                      std::uint64_t in_streams);

}  // namespace waymark::cli
