// Results made up for tests: every member has a value of its own.
#pragma once

#include "loadtest/kit/result.hpp"

#include <random>

namespace waymark::loadtest {

// A run of `seconds` at 1,000/s whose latencies are exponential with that mean.
inline RunResult made_run(double mean_us, std::uint64_t seed, std::uint32_t seconds = 30) {
  std::mt19937_64 random{seed};
  std::exponential_distribution<double> latency{1 / (mean_us * 1000)};
  RunResult run;
  run.url = "http://127.0.0.1:8080/try";
  run.mode = "open";
  run.target_rate = 1000;
  run.planned_seconds = run.measured_seconds = seconds;
  run.started_at_ms = 1'767'225'600'000;
  for (std::uint32_t at = 0; at < seconds; ++at) {
    Histogram histogram;
    for (int i = 0; i < 1000; ++i) histogram.record(static_cast<std::uint64_t>(latency(random)));
    Second second;
    second.at = at;
    second.due = second.sent = second.answered = 1000;
    second.set_latency(histogram);
    run.seconds.push_back(second);
    run.latency.merge(histogram);
  }
  run.service = run.latency;
  run.planned = run.sent = run.answered = run.latency.count();
  run.statuses[302] = run.answered;
  return run;
}

inline RunResult full_run() {
  auto run = made_run(200, 7, 12);
  run.tool_version = "0.1.0";
  run.label = "<b>night</b> & \"day\"";
  run.machines = {{"load-1", "A CPU", 8, "Linux 6.1", {"waymark-loadtest", "run", "--rate", "1k"}}};
  run.seed = 9;
  run.connections = 64;
  run.threads = 2;
  run.planned += 3;
  run.unfinished = 1;
  run.late_sends = 4;
  run.max_lateness_ns = 123'456;
  run.lateness.record(123'456);
  run.statuses[404] = 5;
  run.errors = {1, 2, 3, 4, 5, 6};
  run.connections_opened = 65;
  run.bytes_sent = 1'000'000;
  run.bytes_received = 2'000'000;
  run.kinds["person"] = {11'000, {{302, 11'000}}, run.latency};
  run.kinds["unknown"] = {1'000, {{404, 1'000}}, {}};
  run.generator = {0.5, 0.2, 0.3, 4.2};
  run.servers = {{"edge", "edge-1", 42, 0.1, 8.3, {{0.5, 0.25, 12'000'000, 9'000'000}}}};
  auto& clicks = run.clicks.emplace();
  clicks = {"stream", 11'000, 0, "", 10'998, 2, 1, 3, 4, {}, "read of events", {"id-1", "id-2"}};
  clicks.latency.record(40'000'000);
  run.chaos = {{3, 5, "redis-stall", "redis"}};
  run.verdict.reasons = {"a reason"};
  run.verdict.notes = {"a note"};
  run.verdict.thresholds = {{"p99<2ms", "1.1 ms", true}};
  return run;
}

}  // namespace waymark::loadtest
