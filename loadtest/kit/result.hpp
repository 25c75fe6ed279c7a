// What a load run found out, and how the results of several threads or machines become one. Written
// and read as JSON by result_json.hpp; judged by threshold.hpp; shown by table.hpp and html/.
//
// Whoever measures fills in one RunResult per thread or machine and merges them; plain data, no
// locks.
#pragma once

#include "loadtest/kit/histogram.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

// The number in the JSON: raised when a member changes its meaning or goes, not when one is added.
inline constexpr int result_version = 1;

namespace limits {
// Points of a series. Longer runs join neighbouring seconds: see RunResult::step_seconds.
inline constexpr std::size_t series_points_max = 1000;
inline constexpr std::size_t missing_ids_max = 20;
}  // namespace limits

// The machine that made the load, and how it was told to.
struct Machine {
  std::string hostname;
  std::string cpu_model;
  std::uint32_t cores = 0;
  std::string kernel;  // "Linux 6.1.0-18-amd64"
  std::vector<std::string> command_line;
};

// Requests that got no good answer, each counted once.
struct Errors {
  std::uint64_t connect = 0;
  std::uint64_t read = 0;  // the connection ended or broke before the answer was complete
  std::uint64_t write = 0;
  std::uint64_t timeout = 0;
  std::uint64_t protocol = 0;           // an answer that is not HTTP
  std::uint64_t unexpected_status = 0;  // answered, hence counted in `answered` too
  std::uint64_t total() const noexcept {
    return connect + read + write + timeout + protocol + unexpected_status;
  }
  void merge(const Errors& other) noexcept;
};

// One kind of request: "person", "crawler", "head", "unknown", ...
struct Kind {
  std::uint64_t requests = 0;  // sent
  std::map<int, std::uint64_t> statuses;
  Histogram latency;
  void merge(const Kind& other);
};

// What happened in one second (or RunResult::step_seconds) of the run. `latency` holds the answers
// that arrived in it, in the form of Histogram::buckets(); percentiles are those of it.
struct Second {
  std::uint32_t at = 0;  // whole seconds since the start; a multiple of step_seconds
  std::uint64_t due = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
  std::uint64_t late = 0;  // late_sends among `sent`
  std::uint64_t p50_ns = 0;
  std::uint64_t p90_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t max_ns = 0;
  std::vector<Histogram::Bucket> latency;

  // Sets `latency` and the percentiles.
  void set_latency(const Histogram& histogram);
  // Adds what another thread, machine or neighbouring second saw; `at` stays.
  void merge(const Second& other);
};

struct GeneratorCost {
  double cpu_seconds = 0;  // user + sys
  double cpu_user = 0;     // seconds
  double cpu_sys = 0;
  double cpu_us_per_request = 0;  // over `answered`
};

struct UsageSample {
  double at = 0;  // seconds since the start
  double cpu_cores = 0;
  std::uint64_t rss_bytes = 0;
  std::uint64_t anon_bytes = 0;  // without mapped files, such as a journal
};

// A process of the servers under load, seen from its own machine.
struct ServerUsage {
  std::string name;  // "edge", "tracker", "redis", ...
  std::string host;  // of the machine it ran on, so that two observers of one process are noticed
  std::int64_t pid = 0;
  double cpu_seconds = 0;         // during the run, with threads and children
  double cpu_us_per_request = 0;  // over all `answered`
  std::vector<UsageSample> samples;
};

// What became of the clicks whose ids the answers carried.
struct ClickTruth {
  std::string source = "store";          // or "stream": where they were looked for
  std::uint64_t answered = 0;            // ids we were given, and remembered
  std::uint64_t not_reconciled = 0;      // given beside them, past the limit: nothing is known
  std::string incomplete;                // why not all was looked at; empty when all was
  std::uint64_t stored = 0;              // of `answered`, found at least once
  std::uint64_t missing = 0;             // never found
  std::uint64_t twice = 0;               // found more than once
  std::uint64_t late = 0;                // found, and known to have needed more than a second
  std::uint64_t unexpected = 0;          // rows of the same time that nobody gave us: other traffic
  Histogram latency;                     // answer -> row, or event of the stream
  std::string latency_source;            // how the time was learned, for the reader
  std::vector<std::string> missing_ids;  // at most limits::missing_ids_max
};

struct ChaosEvent {
  double at = 0;     // seconds since the start
  double until = 0;  // the same as `at` for what has no duration
  std::string what;  // "redis-stall", "kill-edge"
  std::string target;
};

struct ThresholdResult {
  std::string expression;  // "p99<2ms"
  std::string value;       // as measured, with unit: "1.84 ms"
  bool passed = false;
};

struct Verdict {
  // The generator, not the server, was the limit: the figures say nothing about the server.
  bool generator_limited = false;
  std::vector<std::string> reasons;  // what shows it and what to do, one sentence each
  std::vector<std::string> notes;    // what is worth knowing of a valid run, too
  std::vector<ThresholdResult> thresholds;

  bool thresholds_met() const noexcept;
};

struct RunResult {
  int version = result_version;
  std::string tool_version;
  std::string label;                // the user's name for the run, or empty
  std::uint64_t started_at_ms = 0;  // unix time at which the first request was due
  std::vector<Machine> machines;    // one, or as many as were merged
  std::string url;
  std::string mode;  // "open" (a fixed plan of requests) or "closed" (next after the answer)

  double planned_seconds = 0;
  double measured_seconds =
      0;                   // wall time from the first due request to the last answer waited for
  double target_rate = 0;  // requests a second, the mean of the plan; 0 when closed
  std::uint64_t seed = 0;
  std::uint32_t connections = 0;  // at most open at a time
  std::uint32_t threads = 0;

  // planned >= sent. Each planned request is answered, failed (errors but unexpected_status) or
  // unfinished.
  std::uint64_t planned = 0;  // requests due
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;    // complete answers of any status
  std::uint64_t unfinished = 0;  // sent or due, not answered at the end

  // A send is late when the generator was behind: it went out more than 100 us after it was due
  // although a connection was free. Waiting for a free connection is the server's doing.
  std::uint64_t late_sends = 0;
  std::uint64_t max_lateness_ns = 0;
  Histogram lateness;  // of all sends

  Histogram latency;  // from when a request was due to the last byte of its answer
  Histogram service;  // from when it was really sent: what closed loops report

  std::map<int, std::uint64_t> statuses;
  Errors errors;
  std::uint64_t connections_opened = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::map<std::string, Kind> kinds;

  std::uint32_t step_seconds = 1;  // width of an entry of `seconds`; a power of two
  std::vector<Second> seconds;     // ascending in `at`; quiet ones may be left out

  GeneratorCost generator;
  std::vector<ServerUsage> servers;
  std::optional<ClickTruth> clicks;
  std::vector<ChaosEvent> chaos;
  Verdict verdict;

  // Answers a second.
  double rate() const noexcept;
};

// Adds another thread's or machine's part of the same run: counts, rates, connections and threads
// are added, histograms merged, seconds laid over each other by wall time (started_at_ms). Machines
// are joined without doubles. Thresholds are dropped: judge anew.
void merge(RunResult& into, const RunResult& other);

// Joins neighbouring entries of `seconds` (doubling step_seconds) until at most
// limits::series_points_max are left.
void bound_series(RunResult& result);

}  // namespace waymark::loadtest
