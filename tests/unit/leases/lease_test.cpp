// A lease by its holder's clock.
#include "tracker/leases/lease.hpp"

#include <gtest/gtest.h>

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;

constexpr LeaseClock::time_point noon{1'000'000ms};

TEST(LeaseTest, IsNotHeldUntilItIsGranted) {
  Lease lease{"folding"};
  EXPECT_FALSE(lease.held());
  EXPECT_EQ(lease.term(), 0U);
}

TEST(LeaseTest, EndsItsLifeAfterTheQuestionNotTheAnswer) {
  Lease lease{"folding"};
  lease.granted(noon, 15s);
  EXPECT_TRUE(lease.held_at(noon + 14'999ms));
  EXPECT_FALSE(lease.held_at(noon + 15s));
}

TEST(LeaseTest, ATermGoesOnWhileItIsRenewedInTime) {
  Lease lease{"folding"};
  lease.granted(noon, 15s);
  lease.granted(noon + 14s, 15s);
  EXPECT_EQ(lease.term(), 1U);
  EXPECT_TRUE(lease.held_at(noon + 28s));
}

TEST(LeaseTest, ANewTermBeginsAfterATimeWithoutIt) {
  Lease lease{"folding"};
  lease.granted(noon, 15s);
  lease.granted(noon + 15s, 15s);
  EXPECT_EQ(lease.term(), 2U) << "it had expired";
  lease.refused();
  EXPECT_FALSE(lease.held_at(noon + 16s));
  lease.granted(noon + 16s, 15s);
  EXPECT_EQ(lease.term(), 3U) << "another had it";
}

TEST(LeaseClockTest, GoesForward) {
  const auto before = LeaseClock::now();
  EXPECT_GT(before.time_since_epoch(), 0ms);
  EXPECT_GE(LeaseClock::now(), before);
}

}  // namespace
}  // namespace waymark::tracker
