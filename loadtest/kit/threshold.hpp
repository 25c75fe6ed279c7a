// What a run must reach: `p99<2ms,errors<0.01%,missing=0`.
//
//   list       = threshold *( "," threshold )
//   threshold  = metric ( "<" | "<=" | ">" | ">=" | "=" ) value
//   durations  : p50, p99.9 and any other percentile, mean, max (latency from when a request was
//                due), service_p99 (from when it was sent), click_p99 (answer -> row);
//                value with us, ms or s
//   counts     : errors, unfinished, late (sends), status_404, status_5xx, missing, twice,
//                late_clicks; value as a number or, with %, as a share
//   rate       : answers a second; value as a number, also 20k
//
// A metric without data (no answers, clicks not reconciled) fails: silence is no proof.
#pragma once

#include "common/error.hpp"
#include "loadtest/kit/metric.hpp"
#include "loadtest/kit/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// Exit codes of the program beside those of common/error.hpp.
namespace waymark::exit_code {
inline constexpr int thresholds_not_met = 99;  // the convention of k6
inline constexpr int generator_limited = 98;
}  // namespace waymark::exit_code

namespace waymark::loadtest {

enum class Comparison { less, less_or_equal, greater, greater_or_equal, equal };

struct Threshold {
  std::string expression;  // without spaces: "p99<2ms"
  std::string metric;
  MetricKind kind = MetricKind::count;
  Comparison comparison = Comparison::less;
  double value = 0;       // ns, count, share of 1 or answers a second
  bool is_share = false;  // the value was given in %
};

// Spaces may stand anywhere between the parts. Throws StartupError (exit 2) naming the place in
// the text, and the known metrics where it is about them.
std::vector<Threshold> parse_thresholds(std::string_view text);

// Judges `result` and replaces its verdict.thresholds.
void judge(RunResult& result, std::span<const Threshold> thresholds);

// 98 when the generator was the limit, else 99 when a threshold was not met, else 0.
int exit_code_of(const Verdict& verdict) noexcept;

}  // namespace waymark::loadtest
