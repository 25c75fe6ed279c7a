#include "loadtest/kit/result.hpp"

#include <algorithm>

namespace waymark::loadtest {

void Errors::merge(const Errors& other) noexcept {
  connect += other.connect;
  read += other.read;
  write += other.write;
  timeout += other.timeout;
  protocol += other.protocol;
  unexpected_status += other.unexpected_status;
}

void Kind::merge(const Kind& other) {
  requests += other.requests;
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  latency.merge(other.latency);
}

void Second::set_latency(const Histogram& histogram) {
  p50_ns = histogram.at(0.5);
  p90_ns = histogram.at(0.9);
  p99_ns = histogram.at(0.99);
  max_ns = histogram.max();
  latency = histogram.buckets();
}

void Second::merge(const Second& other) {
  due += other.due;
  sent += other.sent;
  answered += other.answered;
  errors += other.errors;
  late += other.late;
  if (other.latency.empty()) return;
  const std::uint64_t slowest = std::max(max_ns, other.max_ns);
  auto both = Histogram::of(latency);
  both.merge(Histogram::of(other.latency));
  set_latency(both);
  max_ns = slowest;
}

bool Verdict::thresholds_met() const noexcept {
  return std::all_of(thresholds.begin(), thresholds.end(),
                     [](const ThresholdResult& each) { return each.passed; });
}

double RunResult::rate() const noexcept {
  return measured_seconds > 0 ? static_cast<double>(answered) / measured_seconds : 0;
}

}  // namespace waymark::loadtest
