#include "tracker/program/mirror_step.hpp"

#include <algorithm>

namespace waymark::tracker {

using namespace mirror_do;

MirrorDo MirrorStep::step(const MirrorEvent& event) {
  return std::visit([this](const auto& what) { return on(what); }, event);
}

MirrorDo MirrorStep::on(const mirror_event::Started&) {
  return Inspect{};
}

MirrorDo MirrorStep::on(const mirror_event::Inspected& seen) {
  retry_ = {};
  store_id_ = seen.store_id;
  generation_ = seen.generation;
  const auto marker = seen.marker ? parse_fill_marker(*seen.marker) : std::nullopt;
  const bool ours =
      marker && marker->store_id == store_id_ && marker->generation == generation_;
  if (!seen.may_write) {
    phase_ = Phase::watching;
    at_ = ours ? marker->change : 0;
    return Pause{timing_.poll};
  }
  if (!ours) return begin_fill();
  if (marker->change > seen.last_change) {
    phase_ = Phase::unknown;
    return RenewGeneration{};
  }
  phase_ = Phase::following;
  at_ = marker->change;
  if (at_ < seen.last_change) return read_next();
  return Pause{timing_.poll};
}

MirrorDo MirrorStep::on(const mirror_event::Renewed& renewed) {
  generation_ = renewed.generation;
  return begin_fill();
}

MirrorDo MirrorStep::on(const mirror_event::Begun&) {
  return read_next();
}

MirrorDo MirrorStep::on(const mirror_event::Read& read) {
  read_ = read;
  if (read_.count == 0) read_.last = at_;
  if (phase_ == Phase::following) {
    if (read_.count == 0) return Pause{timing_.poll};
    return Write{marker_at(at_), marker_at(read_.last)};
  }
  // The marker of a fill goes with the last records, and also when there is nothing to write.
  if (read_.count < timing_.page) return Write{std::nullopt, marker_at(read_.last)};
  return Write{std::nullopt, std::nullopt};
}

MirrorDo MirrorStep::on(const mirror_event::Written&) {
  at_ = read_.last;
  const bool last_page = read_.count < timing_.page;
  if (phase_ == Phase::filling && !last_page) return Pause{timing_.fill_pace, false};
  phase_ = Phase::following;
  // More may have been changed while this was on its way.
  return read_next();
}

MirrorDo MirrorStep::on(const mirror_event::GuardLost&) {
  phase_ = Phase::unknown;
  return Inspect{};
}

MirrorDo MirrorStep::on(const mirror_event::LeaseLost&) {
  phase_ = Phase::unknown;
  return Inspect{};
}

MirrorDo MirrorStep::on(const mirror_event::Failed&) {
  phase_ = Phase::unknown;
  retry_ = std::clamp(retry_ * 2, timing_.retry_min, timing_.retry_max);
  return Pause{retry_, false};
}

MirrorDo MirrorStep::on(const mirror_event::Woke& woke) {
  if (phase_ == Phase::filling) return read_next();
  if (phase_ == Phase::following && woke.nudged) return read_next();
  return Inspect{};
}

MirrorDo MirrorStep::begin_fill() {
  phase_ = Phase::filling;
  at_ = 0;
  return BeginFill{};
}

std::string MirrorStep::marker_at(std::uint64_t change) const {
  return FillMarker{store_id_, generation_, change}.text();
}

}  // namespace waymark::tracker
