#include "loadtest/kit/find_max.hpp"

#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/rate_search.hpp"

#include <fmt/format.h>

namespace waymark::loadtest {
namespace {

std::string describe(double rate, const RunResult& result) {
  std::string text = fmt::format("{:>12}  p50 {:>8}  p99 {:>8}  errors {}  ", rate_text(rate),
                                 duration_text(static_cast<double>(result.latency.at(0.5))),
                                 duration_text(static_cast<double>(result.latency.at(0.99))),
                                 result.errors.total());
  if (result.verdict.generator_limited) return text + "the generator was the limit";
  for (const ThresholdResult& threshold : result.verdict.thresholds) {
    if (threshold.passed) continue;
    return text + fmt::format("not met: {} ({})", threshold.expression, threshold.value);
  }
  return text + "met";
}

}  // namespace

RunResult find_max(RunPlan plan, std::span<const Threshold> thresholds,
                   const std::function<void(const std::string&)>& say,
                   const std::atomic<bool>& stop) {
  RateSearch search{plan.rates.mean_rate()};
  const double seconds = plan.rates.seconds();
  RunResult best;
  double generator_failed = 0;
  while (!search.over() && !stop) {
    const double rate = search.next();
    plan.rates = RatePlan{{Stage{seconds, rate, rate}}};
    RunResult result = run_load(plan, {}, stop);
    if (result.verdict.generator_limited && !stop) result = run_load(plan, {}, stop);
    judge(result, thresholds);
    const bool passed =
        !stop && !result.verdict.generator_limited && result.verdict.thresholds_met();
    say(describe(rate, result));
    if (result.verdict.generator_limited) generator_failed = rate;
    search.tried(passed);
    if (passed || search.best() == 0) best = std::move(result);
  }
  if (search.best() > 0 && generator_failed > 0) {
    best.verdict.notes.push_back(
        fmt::format("At {} the generator was the limit; the server may bear more than was found.",
                    rate_text(generator_failed)));
  }
  say(search.best() > 0 ? fmt::format("highest rate that met all: {}", rate_text(search.best()))
                        : std::string{"no rate met all thresholds"});
  return best;
}

}  // namespace waymark::loadtest
