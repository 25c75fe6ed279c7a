// The trackers that share the store, as /v1/status shows them. Pure.
#pragma once

#include "tracker/store/rows.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <vector>

namespace waymark::tracker {

// Everyone with a lease or with entries of the stream, by name:
//   {"tracker":"web1-0","rest_ms":14200,"work":["folding"],"pending":[{"shard":"0","entries":3}]}
// `rest_ms` of its lease is negative once it has expired, null when there is none. `consumers`:
// those of the groups, as in redis_state(); anything else counts as none.
boost::json::array tracker_list(const std::vector<LeaseRow>& leases,
                                const boost::json::value& consumers);

}  // namespace waymark::tracker
