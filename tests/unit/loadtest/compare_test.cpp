#include "loadtest/kit/compare.hpp"

#include "common/error.hpp"
#include "tests/unit/loadtest/made_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace waymark::loadtest {
namespace {

using testing::HasSubstr;

Difference mean_difference(std::vector<RunResult> base, std::vector<RunResult> changed) {
  for (const auto& each : compare(base, changed)) {
    if (each.metric == "mean") return each;
  }
  return {};
}

std::vector<RunResult> runs(double mean_us, std::uint64_t first_seed) {
  std::vector<RunResult> made;
  for (std::uint64_t i = 0; i < 5; ++i) made.push_back(made_run(mean_us, first_seed + i, 12));
  return made;
}

TEST(Compare, FindsFivePercentBetweenTwoRuns) {
  const auto found = mean_difference({made_run(200, 1)}, {made_run(210, 2)});
  EXPECT_TRUE(found.beyond_noise());
  EXPECT_NEAR(found.by, 0.05, 0.03);
  EXPECT_LT(found.interval->low, 0.05);
  EXPECT_GT(found.interval->high, 0.05);
}

TEST(Compare, FindsFivePercentBetweenGroups) {
  const auto found = mean_difference(runs(200, 1), runs(210, 101));
  EXPECT_TRUE(found.beyond_noise());
  EXPECT_NEAR(found.by, 0.05, 0.03);
}

// 95 % intervals: of twenty pairs without a difference, one is expected to be beyond noise.
TEST(Compare, FindsNothingInEqualData) {
  int false_alarms = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    false_alarms +=
        mean_difference({made_run(200, 2 * seed, 12)}, {made_run(200, 2 * seed + 1, 12)})
            .beyond_noise();
  }
  EXPECT_LE(false_alarms, 5);
  EXPECT_FALSE(mean_difference(runs(200, 1), runs(200, 51)).beyond_noise());
}

// Seconds that resemble their neighbours: the logarithm of the latency's scale, and the answers of
// a second, follow first-order autoregressions with the coefficient `memory`.
RunResult sticky_run(double memory, std::uint32_t seconds, std::mt19937_64& random) {
  constexpr double spread = 0.1;
  constexpr double mean_ns = 200'000;
  constexpr std::uint64_t answers = 60;
  std::normal_distribution<double> step{0, spread * std::sqrt(1 - memory * memory)};
  std::exponential_distribution<double> latency{1};
  double scale = step(random) / std::sqrt(1 - memory * memory);
  double load = step(random) / std::sqrt(1 - memory * memory);
  RunResult run;
  run.planned_seconds = run.measured_seconds = seconds;
  for (std::uint32_t at = 0; at < seconds; ++at) {
    scale = memory * scale + step(random);
    load = memory * load + step(random);
    Histogram histogram;
    const auto count = static_cast<std::uint64_t>(answers * std::exp(load));
    for (std::uint64_t i = 0; i < count; ++i) {
      histogram.record(static_cast<std::uint64_t>(mean_ns * std::exp(scale) * latency(random)));
    }
    auto& second = run.seconds.emplace_back();
    second.at = at;
    second.due = second.sent = second.answered = count;
    second.set_latency(histogram);
    run.latency.merge(histogram);
    run.answered += count;
  }
  run.planned = run.sent = run.answered;
  return run;
}

// How often the interval of two runs of the same kind holds the truth, which is 0.
std::map<std::string, double> coverage(double memory, std::uint32_t seconds, int pairs) {
  std::mt19937_64 random{2026};
  std::map<std::string, double> covered;
  for (int i = 0; i < pairs; ++i) {
    const std::vector one{sticky_run(memory, seconds, random)};
    const std::vector two{sticky_run(memory, seconds, random)};
    for (const auto& each : compare(one, two)) {
      covered[each.metric] += each.beyond_noise() ? 0 : 1.0 / pairs;
    }
  }
  return covered;
}

// 95 % are promised; 90 % at least are held.
TEST(Compare, IntervalsHoldWhatTheyPromiseWhenSecondsResembleTheirNeighbours) {
  for (const auto& [memory, seconds] : {std::pair{0.0, 30U}, {0.5, 12U}, {0.5, 30U}, {0.7, 60U}}) {
    for (const auto& [metric, share] : coverage(memory, seconds, 250)) {
      EXPECT_GE(share, 0.9) << metric << " of " << seconds << " s, memory " << memory;
    }
  }
}

TEST(Compare, ShortRunsHaveNoInterval) {
  const auto found = mean_difference({made_run(200, 1, 9)}, {made_run(400, 2, 9)});
  EXPECT_FALSE(found.interval);
  EXPECT_FALSE(found.beyond_noise());
}

TEST(Compare, SaysItInWords) {
  const std::vector<RunResult> base{made_run(200, 1)};
  const std::vector<RunResult> slower{made_run(240, 2)};
  EXPECT_THAT(comparison_text(base, slower), HasSubstr("WORSE"));
  EXPECT_THAT(comparison_text(slower, base), HasSubstr("better: less"));
  EXPECT_THAT(comparison_text(base, base), HasSubstr("No difference beyond noise"));
}

TEST(Compare, OneAgainstManyIsRefused) {
  EXPECT_THROW(mean_difference({made_run(200, 1, 10)}, runs(200, 2)), StartupError);
}

}  // namespace
}  // namespace waymark::loadtest
