#include "tracker/cli/doctor/cluster_health.hpp"

#include "common/redis/topology.hpp"
#include "tracker/cli/doctor/redis_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;

// The findings of one master of several carry its address.
Findings check_master(const redis::Url& url, ClusterFacts::Master& master,
                      const redis::Address& address) {
  redis::Url own = url;
  own.addresses = {address};
  RedisQuery redis{own};
  master.reached = redis.connect(3'000ms).has_value();
  if (!master.reached) return {};
  Findings findings = judge_redis(gather_redis_facts(redis));
  for (Finding& finding : findings) {
    finding.text = fmt::format("{} ({})", finding.text, master.address);
  }
  return findings;
}

}  // namespace

ClusterFacts read_cluster(redis::ReplyView slots, const redis::Address& asked) {
  ClusterFacts facts;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const redis::ReplyView range = slots[i];
    std::string host{range[2][0].text()};
    if (host.empty()) host = asked.host;
    const auto address =
        redis::text_of({std::move(host), static_cast<std::uint16_t>(range[2][1].integer()), {}});
    auto known = std::ranges::find(facts.masters, address, &ClusterFacts::Master::address);
    if (known == facts.masters.end()) {
      known = facts.masters.insert(known, {address, 0, range.size() - 3, true});
    }
    known->slots += static_cast<std::size_t>(range[1].integer() - range[0].integer() + 1);
  }
  return facts;
}

Findings judge_cluster(const ClusterFacts& facts) {
  Findings findings;
  const std::string subject = "redis cluster";
  std::size_t slots = 0;
  std::string list;
  for (const auto& master : facts.masters) {
    slots += master.slots;
    list += fmt::format("{}{}: {} slots, {} replicas", list.empty() ? "" : "; ", master.address,
                        master.slots, master.replicas);
  }
  findings.push_back(
      {Grade::good, subject, fmt::format("{} masters ({})", facts.masters.size(), list), {}});
  if (slots < redis::slots_count) {
    findings.push_back({Grade::problem, subject,
                        fmt::format("{} slots are served by nobody", redis::slots_count - slots),
                        "redis-cli --cluster fix HOST:PORT, or bring their master back"});
  }
  for (const auto& master : facts.masters) {
    if (!master.reached) {
      findings.push_back({Grade::problem, subject,
                          fmt::format("{} cannot be reached", master.address),
                          "start it, or see whether a firewall stands between"});
    } else if (master.replicas == 0) {
      findings.push_back({Grade::warning, subject,
                          fmt::format("{} has no replica: when it dies, its links are away until "
                                      "it is back",
                                      master.address),
                          "redis-cli --cluster add-node NEW EXISTING --cluster-slave"});
    }
  }
  return findings;
}

Findings check_redis(RedisQuery& redis, const redis::Url& url) {
  if (!redis.client().is_cluster()) return judge_redis(gather_redis_facts(redis));
  const auto slots = redis.ask({"CLUSTER", "SLOTS"});
  if (!slots || !slots->is_array()) {
    return {{Grade::problem, "redis cluster", "does not tell where its slots are",
             "allow the user CLUSTER SLOTS"}};
  }
  const auto& masters = redis.client().topology().masters();
  ClusterFacts facts = read_cluster(*slots, url.addresses.front());
  Findings findings;
  for (auto& master : facts.masters) {
    const auto address = std::ranges::find(masters, master.address, redis::text_of);
    if (address == masters.end()) continue;  // came to be just now
    const Findings its = check_master(url, master, *address);
    findings.insert(findings.end(), its.begin(), its.end());
  }
  const Findings whole = judge_cluster(facts);
  findings.insert(findings.begin(), whole.begin(), whole.end());
  return findings;
}

}  // namespace waymark::cli
