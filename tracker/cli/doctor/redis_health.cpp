#include "tracker/cli/doctor/redis_health.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::system_clock;

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool at_least_6_2(std::string_view version) {
  const auto dot = version.find('.');
  const auto major = number(version);
  const auto minor = dot == std::string_view::npos ? 0 : number(version.substr(dot + 1));
  return major > 6 || (major == 6 && minor >= 2);
}

milliseconds now_ms() {
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch());
}

// Half of the way there and back is taken as the age of the answer.
milliseconds clock_ahead(RedisQuery& redis) {
  const auto before = now_ms();
  const auto reply = redis.ask({"TIME"});
  const auto after = now_ms();
  if (!reply || reply->size() != 2) {
    return 0ms;
  }
  const auto theirs = number((*reply)[0].text()) * 1000 + number((*reply)[1].text()) / 1000;
  return milliseconds{static_cast<std::int64_t>(theirs)} - (before + after) / 2;
}

Finding judge_version(const RedisFacts& facts) {
  if (facts.supported) {
    return {Grade::good, "redis version", facts.version, {}};
  }
  return {Grade::problem, "redis version", fmt::format("{} is older than 6.2", facts.version),
          "install Redis 6.2 or newer; edge and tracker refuse this one"};
}

Finding judge_persistence(const RedisFacts& facts) {
  const std::string subject = "redis persistence";
  if (facts.append_only) {
    return {Grade::good, subject, "appendonly yes", {}};
  }
  const std::string fix = "redis-cli CONFIG SET appendonly yes && redis-cli CONFIG REWRITE";
  if (facts.snapshots) {
    return {Grade::warning, subject,
            "snapshots only: a crash forgets minutes, which journals and tracker must send again",
            fix};
  }
  return {Grade::problem, subject, "none: a restart forgets every link written straight into Redis",
          fix};
}

Finding judge_eviction(const RedisFacts& facts) {
  const std::string subject = "redis eviction";
  if (facts.eviction == "noeviction") {
    return {Grade::good, subject, facts.eviction, {}};
  }
  return {Grade::problem, subject,
          fmt::format("maxmemory-policy {} may throw away clicks on their way", facts.eviction),
          "redis-cli CONFIG SET maxmemory-policy noeviction && redis-cli CONFIG REWRITE"};
}

Finding judge_memory(const RedisFacts& facts) {
  const std::string subject = "redis memory";
  const auto used_mib = facts.memory_used >> 20U;
  if (facts.memory_max == 0) {
    return {Grade::good, subject, fmt::format("{} MiB used, no limit", used_mib), {}};
  }
  const auto text = fmt::format("{} of {} MiB used", used_mib, facts.memory_max >> 20U);
  if (facts.memory_used < facts.memory_max / 10 * 9) {
    return {Grade::good, subject, text, {}};
  }
  return {Grade::problem, subject, text,
          "raise it with redis-cli CONFIG SET maxmemory, or see why the tracker does not drain"};
}

Finding judge_clock(const RedisFacts& facts) {
  const std::string subject = "clock";
  const auto skew = facts.clock_ahead.count();
  const auto text = fmt::format("Redis is {} ms {} this machine", std::abs(skew),
                                skew < 0 ? "behind" : "ahead of");
  if (std::abs(skew) <= 1'000) {
    return {Grade::good, subject, text, {}};
  }
  return {Grade::problem, subject, text,
          "synchronize the clocks of both machines (timedatectl set-ntp true)"};
}

}  // namespace

RedisFacts gather_redis_facts(RedisQuery& redis) {
  RedisFacts facts;
  facts.version = redis.info("server", "redis_version");
  facts.supported = at_least_6_2(facts.version);
  facts.append_only = redis.info("persistence", "aof_enabled") == "1";
  const auto save = redis.ask({"CONFIG", "GET", "save"});
  facts.snapshots = save && !(*save)[1].text().empty();
  facts.eviction = redis.info("memory", "maxmemory_policy");
  facts.memory_used = number(redis.info("memory", "used_memory"));
  facts.memory_max = number(redis.info("memory", "maxmemory"));
  facts.clock_ahead = clock_ahead(redis);
  return facts;
}

Findings judge_redis(const RedisFacts& facts) {
  return {judge_version(facts), judge_persistence(facts), judge_eviction(facts),
          judge_memory(facts), judge_clock(facts)};
}

}  // namespace waymark::cli
