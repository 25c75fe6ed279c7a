#include "loadtest/kit/recorder.hpp"

#include <algorithm>
#include <utility>

namespace waymark::loadtest {

void Recorder::sent(std::uint8_t kind, std::uint64_t lateness) {
  ++kinds_[kind].requests;
  ++current_.second.sent;
  lateness_.record(lateness);
  if (lateness <= late_ns) return;
  ++late_sends_;
  ++current_.second.late;
  current_.max_lateness_ns = std::max(current_.max_lateness_ns, lateness);
}

void Recorder::answered(const Answer& answer) {
  KindCounts& kind = kinds_[answer.kind];
  ++kind.statuses[static_cast<std::size_t>(answer.status) % statuses_max];
  kind.latency.record(answer.latency);
  service_.record(answer.service);
  ++current_.second.answered;
  current_latency_.record(answer.latency);
  if (answer.expected) return;
  ++errors_.unexpected_status;
  ++current_.second.errors;
}

void Recorder::failed(std::uint64_t Errors::*counter, const std::string& why) {
  ++(errors_.*counter);
  ++current_.second.errors;
  if (first_failure_.empty()) first_failure_ = why;
}

void Recorder::roll(std::uint64_t now) {
  constexpr std::uint64_t second_ns = 1'000'000'000;
  if (current_.second.sent + current_.second.answered + current_.second.errors > 0) {
    current_.second.set_latency(current_latency_);
    const std::scoped_lock lock{closed_mutex_};
    closed_.push_back(std::move(current_));
    current_latency_ = {};
  }
  current_ = {};
  current_.second.at = static_cast<std::uint32_t>(now / second_ns);
  second_ends_ = (now / second_ns + 1) * second_ns;
}

std::vector<SecondSeen> Recorder::take_seconds() {
  const std::scoped_lock lock{closed_mutex_};
  return std::exchange(closed_, {});
}

void Recorder::add_to(RunResult& result, const std::vector<std::string>& kind_names) const {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const KindCounts& counts = kinds_[i];
    if (counts.requests == 0) continue;
    Kind& kind = result.kinds[kind_names[i]];
    kind.requests += counts.requests;
    kind.latency.merge(counts.latency);
    result.sent += counts.requests;
    result.answered += counts.latency.count();
    result.latency.merge(counts.latency);
    for (std::size_t status = 0; status < statuses_max; ++status) {
      if (counts.statuses[status] == 0) continue;
      kind.statuses[static_cast<int>(status)] += counts.statuses[status];
      result.statuses[static_cast<int>(status)] += counts.statuses[status];
    }
  }
  result.late_sends += late_sends_;
  result.max_lateness_ns = std::max(result.max_lateness_ns, lateness_.max());
  result.lateness.merge(lateness_);
  result.service.merge(service_);
  result.errors.merge(errors_);
  result.connections_opened += connections_opened_;
  result.bytes_sent += bytes_sent_;
  result.bytes_received += bytes_received_;
}

}  // namespace waymark::loadtest
