#include "common/version.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/tracker_list.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <utility>
#include <vector>

namespace waymark::tracker::resources {
namespace {

namespace json = boost::json;

constexpr std::size_t dead_letters_max = 1'000;  // counted; more than that is "1000 or more"

json::object render(const OriginRow& row) {
  const auto settled = row.settled();
  json::array above;
  for (const auto& range : settled.ranges()) {
    if (range.first > 1) above.push_back({{"from", range.first}, {"to", range.last}});
  }
  return {{"origin", row.key},
          {"edge", row.edge},
          {"complete", settled.complete()},
          {"ranges", std::move(above)},
          {"committed", row.committed.count()},
          {"lost", row.lost.count()},
          {"ended", row.ended_ms != 0}};
}

// Ids, the signing one first; null without a keys file.
json::value key_ids(const KeyRing* keys) {
  if (keys == nullptr) return nullptr;
  json::array ids;
  for (const SigningKey& key : keys->all()) ids.emplace_back(key.id);
  return ids;
}

struct Snapshot {
  std::string id, generation;
  std::uint64_t last_change = 0;
  DrainCounts counts;
  std::vector<OriginRow> origins;
  std::vector<LeaseRow> leases;
  std::size_t dead_letters = 0;
};

template <class T, class U>
Result<void> take(Result<T> from, U& to) {
  if (!from) return from.error();
  to = std::move(*from);
  return {};
}

Result<void> read_all(Store& store, Snapshot& seen) {
  if (auto done = take(store.id(), seen.id); !done) return done;
  if (auto done = take(store.generation(), seen.generation); !done) return done;
  if (auto done = take(store.last_change(), seen.last_change); !done) return done;
  if (auto done = take(store.drain_counts(), seen.counts); !done) return done;
  if (auto done = take(store.leases(), seen.leases); !done) return done;
  auto folded = store.fold(0);
  if (!folded) return folded.error();
  seen.origins = std::move(folded->origins);
  const auto dead = store.dead_letters("", 0, dead_letters_max);
  if (!dead) return dead.error();
  seen.dead_letters = dead->size();
  return {};
}

}  // namespace

Checked<ApiAnswer> read_status(const Call& call) {
  Query query{call.query};
  if (auto problem = query.finish()) return *problem;
  Snapshot seen;
  // Commits go on meanwhile: without one moment for all, the sums would not add up.
  const auto read = call.store.atomically([&] { return read_all(call.store, seen); });
  if (!read) return problem_of(read.error());

  json::value redis = json::parse(call.request.redis_state);
  json::value consumers;
  if (redis.is_object()) {
    consumers = redis.get_object()["consumers"];
    redis.get_object().erase("consumers");
  }
  json::array origins;
  std::uint64_t committed = 0;
  std::uint64_t lost = 0;
  for (const auto& row : seen.origins) {
    committed += row.committed.count();
    lost += row.lost.count();
    origins.push_back(render(row));
  }
  return answer(
      200, {{"object", "status"},
            {"version", version()},
            {"keys", key_ids(call.keys)},
            {"store",
             {{"id", seen.id}, {"generation", seen.generation}, {"last_change", seen.last_change}}},
            {"clicks",
             {{"read", seen.counts.read()},
              {"stored", seen.counts.stored},
              {"duplicate", seen.counts.duplicate},
              {"dead", seen.counts.dead},
              {"late", seen.counts.late},
              {"committed", committed},
              {"lost", lost}}},
            {"dead_letters", seen.dead_letters},
            {"origins", std::move(origins)},
            {"trackers", tracker_list(seen.leases, consumers)},
            {"redis", std::move(redis)}});
}

}  // namespace waymark::tracker::resources
