// Counters of the edge, one row each in the order of the enum. The names are a contract: dashboards
// and alerts use them.
#pragma once

#include "common/metrics.hpp"

#include <cstddef>
#include <iterator>

namespace waymark::redirect {

enum class Counter : std::size_t {
  // Answers, by what they were.
  redirects,
  cards,
  diverted,
  gone,
  unknown,
  over_budget,
  over_address_budget,
  unavailable,
  refused_bad_request,
  refused_method,
  refused_content,
  refused_target,
  refused_header,
  refused_version,
  // Clicks.
  clicks_journalled,
  clicks_dropped_full,
  clicks_dropped_io,
  // Cache.
  cache_hits,
  cache_refreshes,
  cache_waits,
  cache_stale,
  lookups,
  lookups_failed,
  lookups_repeated,
  malformed_records,
  campaigns_missing,
  invalidations,
  // Connections.
  accepted,
  accept_errors,
  connections_refused,
  deadline_header,
  deadline_idle,
  deadline_write,
  deadline_age,
  session_bugs,
  count_,
};

inline constexpr MetricInfo counter_infos[] = {
    {"http_answers_total", "outcome=\"redirect\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"card\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"diverted\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"gone\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"unknown\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"over_budget\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"over_address_budget\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"unavailable\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"bad_request\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"method\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"content\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"target_too_long\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"header_too_large\"", "Answers, by outcome"},
    {"http_answers_total", "outcome=\"version\"", "Answers, by outcome"},
    {"clicks_journalled_total", "", "Clicks written to the journal before their answer"},
    {"clicks_dropped_total", "reason=\"full\"", "Clicks that could not be journalled"},
    {"clicks_dropped_total", "reason=\"io\"", "Clicks that could not be journalled"},
    {"link_cache_hits_total", "", "Requests answered from the cache"},
    {"link_cache_refreshes_total", "", "Entries asked for again while they were used"},
    {"link_cache_waits_total", "", "Requests that waited for a lookup"},
    {"link_cache_stale_total", "", "Requests answered from an old entry because Redis was away"},
    {"link_lookups_total", "", "Codes asked of Redis"},
    {"link_lookups_failed_total", "", "Lookups without an answer of Redis"},
    {"link_lookups_repeated_total", "", "Lookups asked again because a record changed meanwhile"},
    {"link_records_malformed_total", "", "Records that may not be redirected to"},
    {"link_campaigns_missing_total", "", "Lookups of links whose campaign has no record"},
    {"link_invalidations_total", "", "Changed keys that Redis told of"},
    {"connections_accepted_total", "", "Connections accepted"},
    {"connections_accept_errors_total", "", "Failures of accept, such as EMFILE"},
    {"connections_refused_total", "", "Connections closed at once: connections.max reached"},
    {"connections_expired_total", "deadline=\"header\"", "Connections closed by a deadline"},
    {"connections_expired_total", "deadline=\"idle\"", "Connections closed by a deadline"},
    {"connections_expired_total", "deadline=\"write\"", "Connections closed by a deadline"},
    {"connections_expired_total", "deadline=\"age\"", "Connections closed by a deadline"},
    {"session_bugs_total", "", "Requests given up because of an exception: please report"},
};
static_assert(std::size(counter_infos) == static_cast<std::size_t>(Counter::count_),
              "every counter has its row");

}  // namespace waymark::redirect
