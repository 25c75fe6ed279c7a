// The part of a lookup that asks the tracker for what Redis does not hold (shipping.md rule 14).
#include "common/redis/keys.hpp"
#include "redirect/links/link_flight.hpp"
#include "redirect/metrics.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr int wanted_max = 3;  // a busy cache may evict again what has just been written
constexpr std::int64_t wants_max = 10'000;  // in wm:want, of all edges
constexpr auto poll_unheard = 50ms;         // of an answer of the tracker, without tracking

}  // namespace

void LinkSource::want(const std::shared_ptr<Flight>& flight) {
  if (flight->wanted == wanted_max) return await_origin(flight);
  if (flight->wanted++ == 0 && flight->asking == Asking::known_again) {
    events_.answered(flight->key, {.status = LookupStatus::unconfirmed});
  }
  push_want(flight);
}

// The list is bounded by whoever finds it too long: newcomers give way.
void LinkSource::push_want(const std::shared_ptr<Flight>& flight) {
  counters_.add(Counter::wants);
  const std::string host = flight->key.host + '/';
  redis::Command push{"RPUSH", redis_keys::want, host + flight->key.code};
  // The store may not know that this is an alias: it may have been made in Redis.
  for (const Flight::Target& target : flight->targets) push.add(host + target.code);
  const auto judge = [this, flight](redis::ReplyView reply) {
    if (reply.is_integer() && reply.integer() <= wants_max) return;
    counters_.add(Counter::wants_refused);
    flight->failed = true;
    lookups_.send({"LTRIM", redis_keys::want, "0", std::to_string(wants_max - 1)},
                  options_.lookup_deadline, [](boost::system::error_code, const redis::Reply&) {});
  };
  request(flight, std::move(push), judge, &LinkSource::await_origin);
}

void LinkSource::await_origin(const std::shared_ptr<Flight>& flight) {
  // Told while the push was on its way.
  if (std::exchange(flight->spoiled, false)) return send(flight);
  const auto now = std::chrono::steady_clock::now();
  if (now >= flight->ends) {
    counters_.add(Counter::wants_unanswered);
    return fail(flight, LookupStatus::unavailable);
  }
  flight->waiting = true;
  flight->timer.expires_at(tracking_.armed() ? flight->ends
                                             : std::min(flight->ends, now + poll_unheard));
  flight->timer.async_wait([this, flight](boost::system::error_code error) {
    if (error || !std::exchange(flight->waiting, false)) return;
    send(flight);
  });
}

}  // namespace waymark::redirect
