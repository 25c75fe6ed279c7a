// The course of a lookup, from the first question to the answer for the threads.
#include "redirect/links/link_flight.hpp"

#include "common/redis/fill_tags.hpp"
#include "common/redis/keys.hpp"
#include "redirect/metrics.hpp"
#include "redirect/snapshot/link_snapshot.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {

// Sends one question of a flight; `next` follows the last reply of those that are under way.
void LinkSource::request(const std::shared_ptr<Flight>& flight, redis::Command command, Take take,
                         Next next) {
  ++flight->replies_missing;
  lookups_.send(std::move(command), rest_of(*flight),
                [this, flight, take = std::move(take), next](boost::system::error_code error,
                                                             const redis::Reply& reply) {
                  if (!error && RecordReader::is_answer(reply)) {
                    take(reply);
                  } else {
                    flight->failed = true;
                    if (!error) tell_refused(reply);
                  }
                  if (error == Errc::redis_timeout) away_ = true;
                  if (!error) away_ = false;
                  go_on(flight, next);
                });
}

// After the last reply of those that are under way.
void LinkSource::go_on(const std::shared_ptr<Flight>& flight, Next next) {
  if (--flight->replies_missing > 0) return;
  if (flight->failed) return fail(flight, LookupStatus::unavailable);
  (this->*next)(flight);
}

void LinkSource::tell_refused(redis::ReplyView reply) {
  log_.warning("links.refused",
               "Redis refuses to say what a link leads to: what is not cached gets 503",
               {{"reply", reply.text()}});
}

void LinkSource::request_record(const std::shared_ptr<Flight>& flight, const std::string& key,
                                Take take, Next next) {
  if (lookups_.is_cluster()) flight->slots.push_back(redis::slot_of(key));
  request(
      flight, {"HGETALL", key},
      [flight, take = std::move(take)](redis::ReplyView reply) {
        flight->incomplete |= reply.size() == 0 && !reply.is_error();
        take(reply);
      },
      next);
}

// The marker is read behind the records: a Redis that lost them before it answered shows that here,
// and one that loses them later spoils the flight. In a Cluster each master that was asked has one
// of its own.
void LinkSource::request_markers(const std::shared_ptr<Flight>& flight, Next next) {
  if (options_.origin_is_tracker) return;
  std::vector<std::string> keys;
  if (!lookups_.is_cluster()) {
    if (flight->markers.empty()) keys.emplace_back(redis_keys::filled);
  }
  for (const std::uint16_t slot : std::exchange(flight->slots, {})) {
    const std::string& key =
        redis::fill_marker_keys()[redis::fill_tag_of(slot, lookups_.topology())];
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  for (const std::string& key : keys) {
    request(
        flight, {"GET", key},
        [flight, key](redis::ReplyView reply) { flight->markers[key] = reply.text(); }, next);
  }
}

// False ends the flight.
bool LinkSource::markers_stand(const std::shared_ptr<Flight>& flight) {
  for (const auto& [key, marker] : flight->markers) {
    if (markers_.observe(key, marker)) continue;
    log_.warning("links.forgotten",
                 "Redis holds fewer links than this edge has seen: cached links are served until "
                 "the tracker has refilled it",
                 {{"key", key}, {"marker", marker}});
    fail(flight, LookupStatus::unavailable);
    return false;
  }
  return true;
}

void LinkSource::send(const std::shared_ptr<Flight>& flight) {
  flight->begin_again();
  const auto request_link = [&](std::string_view host, FlightPart& part) {
    part.code = flight->key.code;
    part.key = redis_keys::link(host, part.code);
    request_record(
        flight, part.key,
        [this, &part](redis::ReplyView reply) { part.reading = reader_.link(part.key, reply); },
        &LinkSource::on_records);
  };
  if (!asks_for_host(flight->key)) {
    request_link(flight->key.host, flight->bound);
    request_link(redis_keys::any_host, flight->any);
  }
  const std::string& host = flight->key.host;
  request_record(
      flight, redis_keys::domain(host),
      [this, flight](redis::ReplyView reply) {
        flight->domain = reader_.domain(flight->key.host, reply);
      },
      &LinkSource::on_records);
  request_markers(flight, &LinkSource::on_records);
}

void LinkSource::on_records(const std::shared_ptr<Flight>& flight) {
  if (!markers_stand(flight)) return;
  follow(flight, flight->bound, flight->key.host);
  follow(flight, flight->any, redis_keys::any_host);
  if (flight->targets.empty()) return fetch_campaigns(flight);
  for (std::size_t i = 0; i < flight->targets.size(); ++i) {
    const std::string key = redis_keys::link(flight->targets[i].host, flight->targets[i].code);
    request_record(
        flight, key,
        [this, flight, i, key](redis::ReplyView reply) {
          flight->targets[i].reading = reader_.link(key, reply);
        },
        &LinkSource::on_targets);
  }
  request_markers(flight, &LinkSource::on_targets);
}

// Notes where the alias leads: a record of a host to one of that host first.
void LinkSource::follow(const std::shared_ptr<Flight>& flight, FlightPart& alias,
                        std::string_view host) {
  if (!alias.record() || alias.record()->alias_of.empty()) return;
  char buffer[limits::code_bytes_max];
  const auto code = normalize_code(alias.record()->alias_of, options_.code_case, buffer);
  if (!code) return;
  if (host != redis_keys::any_host) {
    flight->targets.push_back({&alias, std::string{host}, std::string{*code}, {}});
  }
  flight->targets.push_back({&alias, std::string{redis_keys::any_host}, std::string{*code}, {}});
}

void LinkSource::on_targets(const std::shared_ptr<Flight>& flight) {
  if (lookups_.is_cluster() && !markers_stand(flight)) return;
  for (FlightPart* const alias : {&flight->bound, &flight->any}) {
    const auto leads_on = [&](const Flight::Target& target) {
      return target.alias == alias && target.reading.record;
    };
    if (std::ranges::find(flight->targets, alias, &Flight::Target::alias) ==
        flight->targets.end()) {
      continue;
    }
    const auto target = std::ranges::find_if(flight->targets, leads_on);
    alias->reading = {.unusable = true};
    if (target == flight->targets.end()) continue;
    if (!target->reading.record->alias_of.empty()) {
      reader_.report(alias->key, {"alias_of", "leads to another alias"}, "Alias is not followed");
      continue;
    }
    alias->reading = target->reading;
    alias->code = target->code;
    alias->key = redis_keys::link(target->host, target->code);
  }
  fetch_campaigns(flight);
}

void LinkSource::fetch_campaigns(const std::shared_ptr<Flight>& flight) {
  flight->campaigns.clear();
  for (const FlightPart* part : {&flight->bound, &flight->any}) {
    if (!part->record()) continue;
    const std::string& id = part->record()->campaign;
    if (id.empty() || campaigns_.is_fresh(id)) continue;
    if (std::ranges::find(flight->campaigns, id) != flight->campaigns.end()) continue;
    flight->campaigns.push_back(id);
  }
  if (flight->campaigns.empty()) return ask_for_hosts(flight);
  for (const std::string& id : flight->campaigns) {
    request_record(
        flight, redis_keys::campaign(id),
        [this, flight, id](redis::ReplyView reply) {
          if (options_.origin_is_tracker && reply.size() == 0) return;
          flight->heard_campaigns[id] = reader_.campaign(id, reply);
        },
        &LinkSource::ask_for_hosts);
  }
  request_markers(flight, &LinkSource::ask_for_hosts);
}

void LinkSource::finish(const std::shared_ptr<Flight>& flight) {
  if (lookups_.is_cluster() && !markers_stand(flight)) return;
  if (flight->spoiled && flight->repeats < Flight::repeats_max) {
    ++flight->repeats;
    counters_.add(Counter::lookups_repeated);
    return send(flight);
  }
  // Their masters, which may be others than the link's, have been heard by now.
  for (auto& [id, record] : std::exchange(flight->heard_campaigns, {})) {
    store_campaign(id, std::move(record));
  }
  if (options_.origin_is_tracker && flight->incomplete) return want(flight);
  // Only many times as many lookups as may be under way could have dropped it in the meantime.
  if (!has_campaign(flight->bound) || !has_campaign(flight->any)) {
    return fail(flight, LookupStatus::unavailable);
  }
  refuse_circles(flight->bound);
  refuse_circles(flight->any);
  flight->domain = usable(flight->key.host, std::move(flight->domain));
  LookupResult result{.status = LookupStatus::answered, .domain = flight->domain};
  result.bound = resolve(flight->bound, result.age_ms);
  result.any = resolve(flight->any, result.age_ms);
  const bool bound_stands = flight->bound.record() || flight->bound.reading.unusable;
  if (bound_stands && !result.bound && result.any) {
    result.bound = unusable_link(flight->key.code);
  }
  result.outdated = flight->spoiled;
  learn_aliases(*flight);
  charge(*flight);
  remember(*flight);
  deliver(flight, result);
}

// --- the answer ---

bool LinkSource::has_campaign(const FlightPart& part) {
  return !part.record() || campaigns_.find(part.record()->campaign).campaign;
}

void LinkSource::learn_aliases(const Flight& flight) {
  for (const Flight::Target& target : flight.targets) {
    const bool bound = target.alias == &flight.bound;
    const LookupKey alias{bound ? flight.key.host : std::string{redis_keys::any_host},
                          flight.key.code};
    if (const auto dropped = aliases_.learn({target.host, target.code}, alias)) {
      counters_.add(Counter::alias_evictions);
      events_.changed({*dropped});
    }
  }
}

void LinkSource::remember(const Flight& flight) {
  if (options_.snapshot == nullptr) return;
  // A record of the host that cannot be used must not let the common one through after a restart.
  const auto part = [&](const FlightPart& from) {
    const bool kept = from.record() && !flight.bound.reading.unusable;
    return LinkSnapshot::Part{from.code, kept ? &*from.record() : nullptr};
  };
  if (!asks_for_host(flight.key)) {
    options_.snapshot->remember(flight.key, part(flight.bound), part(flight.any));
  }
  if (flight.domain) options_.snapshot->remember_domain(flight.key.host, flight.domain.get());
}

std::shared_ptr<const ResolvedLink> LinkSource::resolve(const FlightPart& part,
                                                        std::uint64_t& age_ms) {
  const auto& record = part.record();
  if (!record) return nullptr;
  auto [campaign, campaign_age_ms] = campaigns_.find(record->campaign);
  age_ms = std::max(age_ms, campaign_age_ms);
  if (!record->campaign.empty() && !campaign->known) counters_.add(Counter::campaigns_missing);
  // A tracker's links name their id, and it counts no others.
  if (record->max_clicks && !record->full && record->link.empty()) {
    counters_.add(Counter::limits_uncounted);
    log_.warning("link.limit",
                 "max_clicks has no effect on a link that was not made at a tracker: nobody counts "
                 "its clicks. Make it there, or set `full 1` when it is time",
                 {{"key", part.key}, {"field", "max_clicks"}});
  }
  auto link = resolve_link(part.code, *record, std::move(campaign));
  if (!link) {
    reader_.report(part.key, {"destination", "is too long once its placeholders are filled in"},
                   RecordReader::unusable_link);
  }
  return link;
}

}  // namespace waymark::redirect
