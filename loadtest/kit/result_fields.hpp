// The members of a result in JSON, in one list for writing and reading: `io(name, member)` is
// called for each. What they mean stands in result.hpp and result.schema.json; a name is never
// given another meaning.
#pragma once

#include "loadtest/kit/result.hpp"

#include <concepts>
#include <type_traits>

namespace waymark::loadtest {

// `T` or `const T`.
template <class V, class T>
concept Either = std::same_as<std::remove_const_t<V>, T>;

template <class Io, Either<Machine> V>
void each_member(Io& io, V& machine) {
  io("hostname", machine.hostname);
  io("cpu_model", machine.cpu_model);
  io("cores", machine.cores);
  io("kernel", machine.kernel);
  io("command_line", machine.command_line);
}

template <class Io, Either<Errors> V>
void each_member(Io& io, V& errors) {
  io("connect", errors.connect);
  io("read", errors.read);
  io("write", errors.write);
  io("timeout", errors.timeout);
  io("protocol", errors.protocol);
  io("unexpected_status", errors.unexpected_status);
}

template <class Io, Either<Kind> V>
void each_member(Io& io, V& kind) {
  io("requests", kind.requests);
  io("statuses", kind.statuses);
  io("latency", kind.latency);
}

template <class Io, Either<Second> V>
void each_member(Io& io, V& second) {
  io("at", second.at);
  io("due", second.due);
  io("sent", second.sent);
  io("answered", second.answered);
  io("errors", second.errors);
  io("late", second.late);
  io("p50_ns", second.p50_ns);
  io("p90_ns", second.p90_ns);
  io("p99_ns", second.p99_ns);
  io("max_ns", second.max_ns);
  io("latency", second.latency);
}

template <class Io, Either<GeneratorCost> V>
void each_member(Io& io, V& cost) {
  io("cpu_seconds", cost.cpu_seconds);
  io("cpu_user", cost.cpu_user);
  io("cpu_sys", cost.cpu_sys);
  io("cpu_us_per_request", cost.cpu_us_per_request);
}

template <class Io, Either<UsageSample> V>
void each_member(Io& io, V& sample) {
  io("at", sample.at);
  io("cpu_cores", sample.cpu_cores);
  io("rss_bytes", sample.rss_bytes);
  io("anon_bytes", sample.anon_bytes);
}

template <class Io, Either<ServerUsage> V>
void each_member(Io& io, V& server) {
  io("name", server.name);
  io("host", server.host);
  io("pid", server.pid);
  io("cpu_seconds", server.cpu_seconds);
  io("cpu_us_per_request", server.cpu_us_per_request);
  io("samples", server.samples);
}

template <class Io, Either<ClickTruth> V>
void each_member(Io& io, V& clicks) {
  io("source", clicks.source);
  io("answered", clicks.answered);
  io("not_reconciled", clicks.not_reconciled);
  io("incomplete", clicks.incomplete);
  io("stored", clicks.stored);
  io("missing", clicks.missing);
  io("twice", clicks.twice);
  io("late", clicks.late);
  io("unexpected", clicks.unexpected);
  io("latency", clicks.latency);
  io("latency_source", clicks.latency_source);
  io("missing_ids", clicks.missing_ids);
}

template <class Io, Either<ChaosEvent> V>
void each_member(Io& io, V& event) {
  io("at", event.at);
  io("until", event.until);
  io("what", event.what);
  io("target", event.target);
}

template <class Io, Either<ThresholdResult> V>
void each_member(Io& io, V& threshold) {
  io("expression", threshold.expression);
  io("value", threshold.value);
  io("passed", threshold.passed);
}

template <class Io, Either<Verdict> V>
void each_member(Io& io, V& verdict) {
  io("generator_limited", verdict.generator_limited);
  io("reasons", verdict.reasons);
  io("notes", verdict.notes);
  io("thresholds", verdict.thresholds);
}

template <class Io, Either<RunResult> V>
void each_member(Io& io, V& result) {
  io("version", result.version);
  io("tool_version", result.tool_version);
  io("label", result.label);
  io("started_at_ms", result.started_at_ms);
  io("machines", result.machines);
  io("url", result.url);
  io("mode", result.mode);
  io("planned_seconds", result.planned_seconds);
  io("measured_seconds", result.measured_seconds);
  io("target_rate", result.target_rate);
  io("seed", result.seed);
  io("connections", result.connections);
  io("threads", result.threads);
  io("planned", result.planned);
  io("sent", result.sent);
  io("answered", result.answered);
  io("unfinished", result.unfinished);
  io("late_sends", result.late_sends);
  io("max_lateness_ns", result.max_lateness_ns);
  io("lateness", result.lateness);
  io("latency", result.latency);
  io("service", result.service);
  io("statuses", result.statuses);
  io("errors", result.errors);
  io("connections_opened", result.connections_opened);
  io("bytes_sent", result.bytes_sent);
  io("bytes_received", result.bytes_received);
  io("kinds", result.kinds);
  io("step_seconds", result.step_seconds);
  io("seconds", result.seconds);
  io("generator", result.generator);
  io("servers", result.servers);
  io("clicks", result.clicks);
  io("chaos", result.chaos);
  io("verdict", result.verdict);
}

}  // namespace waymark::loadtest
