#include "loadtest/kit/compare.hpp"

#include "common/error.hpp"
#include "tests/unit/loadtest/made_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
