#include "tracker/api/tracker_list.hpp"

#include "tracker/leases/leases.hpp"

#include <map>
#include <string>
#include <utility>

namespace waymark::tracker {

namespace json = boost::json;

json::array tracker_list(const std::vector<LeaseRow>& leases, const json::value& consumers) {
  struct Seen {
    json::value rest_ms;  // null
    json::array work, pending;
  };
  std::map<std::string, Seen, std::less<>> trackers;
  for (const LeaseRow& lease : leases) {
    const std::string name{lease_names::tracker_of(lease.name)};
    if (!name.empty()) {
      trackers[name].rest_ms = lease.rest_ms;
    } else if (lease.rest_ms > 0) {
      trackers[std::string{lease_names::tracker_of_holder(lease.holder)}].work.emplace_back(
          lease.name);
    }
  }
  if (consumers.is_array()) {
    for (const json::value& consumer : consumers.get_array()) {
      trackers[std::string{consumer.at("name").as_string()}].pending.push_back(
          {{"shard", consumer.at("shard")}, {"entries", consumer.at("pending")}});
    }
  }
  json::array list;
  for (auto& [name, seen] : trackers) {
    list.push_back({{"tracker", name},
                    {"rest_ms", std::move(seen.rest_ms)},
                    {"work", std::move(seen.work)},
                    {"pending", std::move(seen.pending)}});
  }
  return list;
}

}  // namespace waymark::tracker
