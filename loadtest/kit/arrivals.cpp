#include "loadtest/kit/arrivals.hpp"

#include <cmath>

namespace waymark::loadtest {
namespace {

// Far below one request; takes up what sums of fractions leave.
constexpr double rounding = 1e-6;

// Seconds until a rate that starts at `rate` and grows by `slope` a second has made `requests`.
double seconds_until(double requests, double rate, double slope) {
  const double reached = std::sqrt(std::max(0.0, rate * rate + 2 * slope * requests));
  return requests <= 0 ? 0 : 2 * requests / (rate + reached);
}

}  // namespace

Arrivals::Arrivals(const RatePlan& plan, ArrivalKind kind, std::uint64_t seed, std::size_t thread,
                   std::size_t threads)
    : plan_(plan),
      kind_(kind),
      threads_(static_cast<double>(threads)),
      random_(seed + 0x9e37'79b9'7f4a'7c15 * (thread + 1)),
      position_(kind == ArrivalKind::constant ? static_cast<double>(thread) : step()) {}

double Arrivals::step() {
  if (kind_ == ArrivalKind::constant) return threads_;
  return -std::log1p(-random_.real()) * threads_;
}

std::uint64_t Arrivals::next() {
  if (position_ >= plan_.requests() - rounding) return none;
  while (position_ >= plan_.starts_[stage_ + 1].requests) ++stage_;
  const Stage& stage = plan_.stages_[stage_];
  const RatePlan::Start& start = plan_.starts_[stage_];
  const double slope = (stage.to - stage.from) / stage.seconds;
  const double seconds =
      start.seconds + seconds_until(position_ - start.requests, stage.from, slope);
  position_ += step();
  return static_cast<std::uint64_t>(seconds * 1e9 + 0.5);
}

}  // namespace waymark::loadtest
