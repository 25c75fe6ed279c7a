#include "loadtest/kit/generator_limit.hpp"

#include "loadtest/kit/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace waymark::loadtest {
namespace {

constexpr double tolerated_share = 0.1;  // of the latency at the same percentile
constexpr double busy_share_max = 0.95;  // of a thread's wall time
constexpr double rate_missed = 0.95;     // below this share of the plan, somebody was the limit
constexpr double pause_share_min = 0.05;

double ms(std::uint64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

void judge_lateness(RunResult& result, const GeneratorLoad& load) {
  for (const double quantile : std::array{0.5, 0.99}) {
    const std::uint64_t late = result.lateness.at(quantile);
    const auto latency = static_cast<double>(result.latency.at(quantile));
    if (static_cast<double>(late) <= std::max(double{late_ns}, latency * tolerated_share)) continue;
    result.verdict.generator_limited = true;
    result.verdict.reasons.push_back(fmt::format(
        "The generator sent too late: p{:g} of its lateness is {:.3f} ms, of the latency {:.3f} ms "
        "(threads waited {:.2f} s for a core). Use more threads or machines, a lower rate, or "
        "cores that nobody else uses.",
        quantile * 100, ms(late), ms(result.latency.at(quantile)), load.waited_for_core));
    return;
  }
}

// All connections were busy, but so was a thread: nobody knows who made whom wait.
void judge_rate(RunResult& result, const GeneratorLoad& load) {
  if (result.rate() >= result.target_rate * rate_missed) return;
  if (load.least_pause >= pause_share_min) return;
  result.verdict.generator_limited = true;
  result.verdict.reasons.push_back(fmt::format(
      "The rate was {:.0f}/s instead of {:.0f}/s, and a thread of the generator had no pause. Use "
      "more threads or machines, a lower rate, or cores that nobody else uses.",
      result.rate(), result.target_rate));
}

void judge_sums(RunResult& result) {
  const std::uint64_t failed = result.errors.total() - result.errors.unexpected_status;
  if (result.answered + failed + result.unfinished == result.planned) return;
  result.verdict.generator_limited = true;
  result.verdict.reasons.push_back(fmt::format(
      "The counts contradict each other: {} planned, {} answered, {} failed, {} unfinished. This "
      "is a fault of the generator.",
      result.planned, result.answered, failed, result.unfinished));
}

}  // namespace

void judge_generator(RunResult& result, const GeneratorLoad& load) {
  judge_sums(result);
  if (result.mode == "open") {
    judge_lateness(result, load);
    judge_rate(result, load);
  }
  if (result.mode == "closed" && load.busiest_thread > busy_share_max) {
    result.verdict.generator_limited = true;
    result.verdict.reasons.push_back(fmt::format(
        "A thread of the generator was busy {:.0f} % of the time: the server may be able to do "
        "more. Use more threads (--threads) or machines.",
        load.busiest_thread * 100));
  }
}

}  // namespace waymark::loadtest
