// Is this Redis fit to carry links and clicks? Judged from facts gathered elsewhere.
#pragma once

#include "tracker/cli/doctor/finding.hpp"
#include "tracker/cli/redis_query.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace waymark::cli {

struct RedisFacts {
  std::string version;     // "7.0.15"
  bool supported = false;  // 6.2 or newer
  bool append_only = false;
  bool snapshots = false;  // `save` points are set
  std::string eviction;    // maxmemory_policy
  std::uint64_t memory_used = 0;
  std::uint64_t memory_max = 0;              // 0: no limit
  std::chrono::milliseconds clock_ahead{0};  // its clock minus ours
};

// `redis` must be connected.
RedisFacts gather_redis_facts(RedisQuery& redis);

Findings judge_redis(const RedisFacts& facts);

}  // namespace waymark::cli
