// Every server behind a URL: the one, or the masters of a Cluster, and whether each has a replica.
#pragma once

#include "common/redis/reply.hpp"
#include "common/redis/url.hpp"
#include "tracker/cli/doctor/finding.hpp"
#include "tracker/cli/redis_query.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::cli {

struct ClusterFacts {
  struct Master {
    std::string address;
    std::size_t slots = 0;
    std::size_t replicas = 0;
    bool reached = true;
  };
  std::vector<Master> masters;
};

// From the answer to CLUSTER SLOTS of a server at `asked`.
ClusterFacts read_cluster(redis::ReplyView slots, const redis::Address& asked);
Findings judge_cluster(const ClusterFacts& facts);

// judge_redis() of each server, and judge_cluster(). `redis` must be connected, to `url`.
Findings check_redis(RedisQuery& redis, const redis::Url& url);

}  // namespace waymark::cli
