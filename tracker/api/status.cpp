#include "common/version.hpp"
#include "tracker/api/resources.hpp"

#include <boost/json/parse.hpp>

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

}  // namespace

Checked<ApiAnswer> read_status(const Call& call) {
  Query query{call.query};
  if (auto problem = query.finish()) return *problem;
  const auto id = call.store.id();
  const auto generation = call.store.generation();
  const auto last_change = call.store.last_change();
  const auto counts = call.store.drain_counts();
  const auto folded = call.store.fold(0);
  const auto dead = call.store.dead_letters("", 0, dead_letters_max);
  for (const auto& error : {id.error(), generation.error(), last_change.error(), counts.error(),
                            folded.error(), dead.error()}) {
    if (error.failed()) return problem_of(error);
  }

  json::array origins;
  std::uint64_t committed = 0;
  std::uint64_t lost = 0;
  for (const auto& row : folded->origins) {
    committed += row.committed.count();
    lost += row.lost.count();
    origins.push_back(render(row));
  }
  return answer(
      200, {{"object", "status"},
            {"version", version()},
            {"store", {{"id", *id}, {"generation", *generation}, {"last_change", *last_change}}},
            {"clicks",
             {{"read", counts->stored + counts->duplicate + counts->dead},
              {"stored", counts->stored},
              {"duplicate", counts->duplicate},
              {"dead", counts->dead},
              {"committed", committed},
              {"lost", lost}}},
            {"dead_letters", dead->size()},
            {"origins", std::move(origins)},
            {"redis", json::parse(call.request.redis_state)}});
}

}  // namespace waymark::tracker::resources
