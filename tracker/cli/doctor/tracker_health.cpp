#include "tracker/cli/doctor/tracker_health.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace waymark::cli {

namespace json = boost::json;

namespace {

// A lease lasts 15 s and is looked for every 2 s: by then others should have taken over.
constexpr std::int64_t taken_over_ms = 10'000;

std::string pending_text(const TrackerState& tracker) {
  std::string text;
  for (const auto& [shard, entries] : tracker.pending) {
    if (entries > 0) text += fmt::format(", {} entries of shard {} pending", entries, shard);
  }
  return text;
}

// A store that one tracker has alone gives leases for a month: nobody counts those seconds.
std::string lease_text(std::int64_t rest_ms) {
  constexpr std::int64_t shared_max_ms = 60'000;
  if (rest_ms > shared_max_ms) return "has the store alone";
  return fmt::format("lease for {} s", rest_ms / 1'000);
}

Finding judge_one(const TrackerState& tracker) {
  const std::string subject = fmt::format("tracker {}", tracker.name);
  const std::string pending = pending_text(tracker);
  if (tracker.rest_ms && *tracker.rest_ms > 0) {
    const std::string work =
        tracker.work.empty() ? "" : fmt::format(", does {}", fmt::join(tracker.work, " "));
    return {Grade::good, subject, lease_text(*tracker.rest_ms) + work + pending, {}};
  }
  const std::string fix = "see that a tracker with role drain runs: it takes over what is pending";
  if (!tracker.rest_ms) {
    return {pending.empty() ? Grade::good : Grade::warning, subject, "has ended" + pending,
            pending.empty() ? "" : fix};
  }
  return {-*tracker.rest_ms > taken_over_ms ? Grade::problem : Grade::warning, subject,
          fmt::format("its lease ended {} s ago{}", -*tracker.rest_ms / 1'000, pending), fix};
}

Findings judge_work(const std::vector<TrackerState>& trackers, std::string_view work,
                    std::string_view meaning, std::string_view role) {
  const bool done = std::ranges::any_of(trackers, [work](const TrackerState& tracker) {
    return std::ranges::find(tracker.work, work) != tracker.work.end();
  });
  if (done) return {};
  return {{Grade::problem, std::string{work}, fmt::format("no tracker does it: {}", meaning),
           fmt::format("start a tracker with role {}, or wait 20 s for one to take over", role)}};
}

}  // namespace

std::vector<TrackerState> parse_trackers(const json::value& trackers) {
  std::vector<TrackerState> states;
  if (!trackers.is_array()) return states;
  for (const json::value& row : trackers.get_array()) {
    TrackerState state;
    state.name = row.at("tracker").as_string();
    if (row.at("rest_ms").is_int64()) state.rest_ms = row.at("rest_ms").get_int64();
    for (const json::value& work : row.at("work").as_array()) {
      state.work.emplace_back(work.as_string());
    }
    for (const json::value& shard : row.at("pending").as_array()) {
      state.pending[std::string{shard.at("shard").as_string()}] =
          shard.at("entries").to_number<std::uint64_t>();
    }
    states.push_back(std::move(state));
  }
  return states;
}

Findings judge_trackers(const std::vector<TrackerState>& trackers) {
  Findings findings;
  for (const TrackerState& tracker : trackers) findings.push_back(judge_one(tracker));
  for (auto& missing : judge_work(
           trackers, "folding", "edges are not told what is stored and keep all of it", "drain")) {
    findings.push_back(std::move(missing));
  }
  for (auto& missing :
       judge_work(trackers, "mirror", "changes of links do not come to Redis", "api or jobs")) {
    findings.push_back(std::move(missing));
  }
  return findings;
}

}  // namespace waymark::cli
