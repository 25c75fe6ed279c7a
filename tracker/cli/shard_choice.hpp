// The name of a new shard of the click stream. Pure.
#pragma once

#include "common/redis/topology.hpp"

#include <string>
#include <vector>

namespace waymark::cli {

// The smallest number that is no tag yet and, in a Cluster, whose stream lies on a master with the
// fewest of `tags`. An empty topology is a single server.
std::string choose_tag(const std::vector<std::string>& tags, const redis::Topology& topology);

}  // namespace waymark::cli
