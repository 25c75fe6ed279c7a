#include "tracker/cli/up/restart_policy.hpp"

#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;

TEST(RestartPolicy, StartsAgainAtOnceThenWaitsLonger) {
  RestartPolicy policy;
  auto now = RestartPolicy::Time{} + 1h;
  policy.started(now);
  EXPECT_EQ(policy.died(now), 0ms);
  EXPECT_EQ(policy.died(now), 200ms);
  EXPECT_EQ(policy.died(now), 400ms);
}

TEST(RestartPolicy, WaitsNoLongerThanTheLimit) {
  RestartPolicy policy;
  const auto now = RestartPolicy::Time{} + 1h;
  policy.started(now);
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(policy.died(now), RestartPolicy::pause_max);
  }
  EXPECT_EQ(policy.died(now), RestartPolicy::pause_max);
}

TEST(RestartPolicy, AGoodRunClearsTheRecord) {
  RestartPolicy policy;
  const auto now = RestartPolicy::Time{} + 1h;
  policy.started(now);
  policy.died(now);
  policy.died(now);
  policy.started(now);
  EXPECT_EQ(policy.died(now + RestartPolicy::good_run - 1ms), 400ms);
  policy.started(now);
  EXPECT_EQ(policy.died(now + RestartPolicy::good_run), 0ms);
}

}  // namespace
}  // namespace waymark::cli
