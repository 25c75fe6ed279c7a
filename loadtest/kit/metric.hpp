// The metrics that thresholds name.
#pragma once

#include "loadtest/kit/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace waymark::loadtest {

enum class MetricKind { duration, count, rate };

// Empty for an unknown name.
std::optional<MetricKind> kind_of_metric(std::string_view name);

// For messages: every known name.
std::string known_metrics();

struct Measured {
  double value = 0;  // ns, count or answers a second
  double of = 0;     // counts: what a share is taken of
};

// Empty when `result` cannot tell, also when clicks are left that nobody looked for; `why_not` says
// why. `name` is one that kind_of_metric() knows.
struct Measurement {
  std::optional<Measured> measured;
  std::string why_not;
};
Measurement measure(const RunResult& result, std::string_view name);

}  // namespace waymark::loadtest
