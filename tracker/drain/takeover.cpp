#include "tracker/drain/takeover.hpp"

#include "tracker/drain/requests.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker {

namespace asio = boost::asio;

std::vector<std::string> abandoned(const std::set<std::string>& consumers,
                                   const std::vector<LeaseRow>& leases, std::string_view self) {
  std::set<std::string> found = consumers;
  for (const LeaseRow& lease : leases) {
    const std::string tracker{lease_names::tracker_of(lease.name)};
    if (tracker.empty()) continue;
    if (lease.rest_ms > 0) {
      found.erase(tracker);
    } else {
      found.insert(tracker);
    }
  }
  found.erase(std::string{self});
  return {found.begin(), found.end()};
}

asio::awaitable<std::set<std::string>> Takeover::look(std::vector<std::string> shards) {
  std::set<std::string> unread_shards;
  std::set<std::string> consumers;
  for (const std::string& shard : shards) {
    const auto found = co_await group_consumers(parts_.commands, shard);
    if (!found) continue;  // no group yet, or Redis is away
    for (const Consumer& consumer : *found) consumers.insert(consumer.name);
  }
  const auto leases = co_await parts_.leases.all();
  if (!leases || !parts_.leases.slot().held()) co_return unread_shards;
  trackers_ = static_cast<std::size_t>(std::ranges::count_if(*leases, [](const LeaseRow& lease) {
    return lease.rest_ms > 0 && !lease_names::tracker_of(lease.name).empty();
  }));
  for (std::string& tracker : abandoned(consumers, *leases, parts_.leases.tracker())) {
    co_await take_over(std::move(tracker), shards, unread_shards);
  }
  co_await find_forgotten(shards, unread_shards);
  co_return unread_shards;
}

asio::awaitable<void> Takeover::find_forgotten(const std::vector<std::string>& shards,
                                               std::set<std::string>& unread_shards) {
  for (const std::string& shard : shards) {
    const bool forgotten = co_await has_pending(parts_.commands, shard, parts_.leases.tracker(),
                                                parts_.options.forgotten_after);
    if (forgotten) unread_shards.insert(shard);
  }
}

asio::awaitable<void> Takeover::take_over(std::string tracker,
                                          const std::vector<std::string>& shards,
                                          std::set<std::string>& unread_shards) {
  const std::string lease = lease_names::tracker(tracker);
  const auto borrowed = co_await parts_.leases.borrow(lease);
  if (!borrowed || !*borrowed) co_return;
  std::uint64_t entries = 0;
  bool complete = true;
  for (const std::string& shard : shards) {
    const auto moved =
        co_await move_pending(parts_.commands, shard, tracker, parts_.leases.tracker());
    // When it failed halfway, some may have become ours all the same.
    if (!moved || *moved > 0) unread_shards.insert(shard);
    complete = complete && moved.has_value();
    if (moved) entries += *moved;
  }
  parts_.stats.entries_taken_over += entries;
  if (complete) {
    ++parts_.stats.takeovers;
    parts_.log.info("drain.taken_over", "A tracker has ended: what it left pending is read here",
                    {{"tracker", tracker}, {"entries", entries}});
  }
  co_await parts_.leases.give_back(lease);
}

}  // namespace waymark::tracker
