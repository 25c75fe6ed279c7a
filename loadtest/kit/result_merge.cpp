// Several parts of one run become one result.
#include "loadtest/kit/result.hpp"

#include <algorithm>
#include <cmath>

namespace waymark::loadtest {
namespace {

// Moves everything that is told in seconds since the start.
void shift(RunResult& result, double seconds) {
  const auto whole = static_cast<std::uint32_t>(std::lround(seconds));
  for (auto& second : result.seconds) second.at += whole;
  for (auto& server : result.servers) {
    for (auto& sample : server.samples) sample.at += seconds;
  }
  for (auto& event : result.chaos) {
    event.at += seconds;
    event.until += seconds;
  }
}

// Both count from the earlier start of the two.
void align(RunResult& one, RunResult& two) {
  if (one.started_at_ms == 0 || two.started_at_ms == 0) {
    one.started_at_ms = std::max(one.started_at_ms, two.started_at_ms);
    return;
  }
  RunResult& later = one.started_at_ms > two.started_at_ms ? one : two;
  const std::uint64_t start = std::min(one.started_at_ms, two.started_at_ms);
  const double gap = static_cast<double>(later.started_at_ms - start) / 1000;
  shift(later, gap);
  later.measured_seconds += gap;
  later.planned_seconds += gap;
  one.started_at_ms = two.started_at_ms = start;
}

// Entries of the same moment become one.
void join_seconds(std::vector<Second>& seconds, std::uint32_t step) {
  for (auto& second : seconds) second.at = second.at / step * step;
  std::stable_sort(seconds.begin(), seconds.end(),
                   [](const Second& a, const Second& b) { return a.at < b.at; });
  std::vector<Second> joined;
  for (auto& second : seconds) {
    if (!joined.empty() && joined.back().at == second.at) {
      joined.back().merge(second);
    } else {
      joined.push_back(std::move(second));
    }
  }
  seconds = std::move(joined);
}

void merge_servers(std::vector<ServerUsage>& into, const std::vector<ServerUsage>& others) {
  for (const auto& other : others) {
    const auto same = std::find_if(into.begin(), into.end(), [&](const ServerUsage& each) {
      return each.name == other.name && each.host == other.host && each.pid == other.pid;
    });
    if (same == into.end()) {
      into.push_back(other);
    } else if (other.cpu_seconds > same->cpu_seconds) {  // it looked for longer
      *same = other;
    }
  }
}

std::uint64_t without(std::uint64_t count, std::uint64_t taken) {
  return count > taken ? count - taken : 0;
}

void merge_clicks(std::optional<ClickTruth>& into, const std::optional<ClickTruth>& other) {
  if (!other) return;
  if (!into) {
    into = other;
    return;
  }
  // What one machine did not expect are the other's clicks first of all.
  into->unexpected =
      std::min(without(into->unexpected, other->stored), without(other->unexpected, into->stored));
  into->answered += other->answered;
  into->not_reconciled += other->not_reconciled;
  if (into->incomplete.empty()) into->incomplete = other->incomplete;
  into->stored += other->stored;
  into->missing += other->missing;
  into->twice += other->twice;
  into->late += other->late;
  into->latency.merge(other->latency);
  for (const auto& id : other->missing_ids) {
    if (into->missing_ids.size() < limits::missing_ids_max) into->missing_ids.push_back(id);
  }
}

// Threads of one machine report the same events and reasons.
void merge_events(std::vector<ChaosEvent>& into, const std::vector<ChaosEvent>& others) {
  into.insert(into.end(), others.begin(), others.end());
  std::stable_sort(into.begin(), into.end(),
                   [](const ChaosEvent& a, const ChaosEvent& b) { return a.at < b.at; });
}

void add_new(std::vector<std::string>& into, const std::vector<std::string>& others) {
  for (const auto& text : others) {
    if (std::find(into.begin(), into.end(), text) == into.end()) into.push_back(text);
  }
}

void merge_verdict(Verdict& into, const Verdict& other) {
  into.generator_limited |= other.generator_limited;
  add_new(into.reasons, other.reasons);
  add_new(into.notes, other.notes);
  into.thresholds.clear();
}

void add_counts(RunResult& into, const RunResult& other) {
  into.target_rate += other.target_rate;
  into.connections += other.connections;
  into.threads += other.threads;
  into.planned += other.planned;
  into.sent += other.sent;
  into.answered += other.answered;
  into.unfinished += other.unfinished;
  into.late_sends += other.late_sends;
  into.max_lateness_ns = std::max(into.max_lateness_ns, other.max_lateness_ns);
  into.lateness.merge(other.lateness);
  into.latency.merge(other.latency);
  into.service.merge(other.service);
  for (const auto& [status, count] : other.statuses) into.statuses[status] += count;
  into.errors.merge(other.errors);
  into.connections_opened += other.connections_opened;
  into.bytes_sent += other.bytes_sent;
  into.bytes_received += other.bytes_received;
  for (const auto& [name, kind] : other.kinds) into.kinds[name].merge(kind);
  into.generator.cpu_seconds += other.generator.cpu_seconds;
  into.generator.cpu_user += other.generator.cpu_user;
  into.generator.cpu_sys += other.generator.cpu_sys;
}

void set_cost_per_request(RunResult& result) {
  const double per_request = result.answered == 0 ? 0 : 1e6 / static_cast<double>(result.answered);
  result.generator.cpu_us_per_request = result.generator.cpu_seconds * per_request;
  for (auto& server : result.servers) server.cpu_us_per_request = server.cpu_seconds * per_request;
}

}  // namespace

void merge(RunResult& into, const RunResult& part) {
  RunResult other = part;
  align(into, other);
  into.planned_seconds = std::max(into.planned_seconds, other.planned_seconds);
  into.measured_seconds = std::max(into.measured_seconds, other.measured_seconds);
  add_counts(into, other);
  into.machines.insert(into.machines.end(), other.machines.begin(), other.machines.end());
  into.step_seconds = std::max(into.step_seconds, other.step_seconds);
  into.seconds.insert(into.seconds.end(), other.seconds.begin(), other.seconds.end());
  join_seconds(into.seconds, into.step_seconds);
  merge_servers(into.servers, other.servers);
  merge_clicks(into.clicks, other.clicks);
  merge_events(into.chaos, other.chaos);
  merge_verdict(into.verdict, other.verdict);
  set_cost_per_request(into);
  bound_series(into);
}

void bound_series(RunResult& result) {
  while (result.seconds.size() > limits::series_points_max) {
    result.step_seconds *= 2;
    join_seconds(result.seconds, result.step_seconds);
  }
}

}  // namespace waymark::loadtest
