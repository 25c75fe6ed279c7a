// When each request is due, as offsets from the start of the run. A function of plan, seed and
// thread alone: nothing that happens during the run moves a moment (no coordinated omission).
#pragma once

#include "loadtest/kit/rate_plan.hpp"
#include "loadtest/mix/random.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace waymark::loadtest {

// constant: evenly spaced, as exact as nanoseconds allow. poisson: independent visitors; gaps are
// exponential, and the count over any time spreads by its square root.
enum class ArrivalKind { constant, poisson };

class Arrivals {
 public:
  static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

  // Thread `thread` of `threads` has its share of `plan`, which must outlive this: every
  // `threads`-th request, or Poisson arrivals of its part of the rate.
  Arrivals(const RatePlan& plan, ArrivalKind kind, std::uint64_t seed, std::size_t thread,
           std::size_t threads);

  // Nanoseconds; never falls. `none` when the plan has ended.
  std::uint64_t next();

 private:
  double step();

  const RatePlan& plan_;
  const ArrivalKind kind_;
  const double threads_;
  mix::Random random_;
  double position_;  // in requests of the plan
  std::size_t stage_ = 0;
};

}  // namespace waymark::loadtest
