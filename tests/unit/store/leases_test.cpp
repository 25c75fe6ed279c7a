// Leases: one holder at a time, and a dead one's end comes by the clock.
#include "tests/unit/store/store_fixture.hpp"

#include <chrono>

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;

using StoreLeases = StoreTest;

TEST_F(StoreLeases, AreHeldByOneAtATime) {
  EXPECT_TRUE(store->hold_lease("folding", "a", 1h).value());
  EXPECT_FALSE(store->hold_lease("folding", "b", 1h).value());
  EXPECT_TRUE(store->hold_lease("mirror", "b", 1h).value()) << "another lease";
  EXPECT_TRUE(store->hold_lease("folding", "a", 1h).value()) << "renewed";
}

TEST_F(StoreLeases, AreFreeOnceTheyHaveExpired) {
  EXPECT_TRUE(store->hold_lease("folding", "a", 0ms).value());
  EXPECT_TRUE(store->hold_lease("folding", "b", 1h).value());
  EXPECT_FALSE(store->hold_lease("folding", "a", 1h).value()) << "the old holder has lost it";
}

TEST_F(StoreLeases, AreReleasedByTheirHolderOnly) {
  EXPECT_TRUE(store->hold_lease("folding", "a", 1h).value());
  EXPECT_TRUE(store->release_lease("folding", "b"));
  EXPECT_FALSE(store->hold_lease("folding", "b", 1h).value());
  EXPECT_TRUE(store->release_lease("folding", "a"));
  EXPECT_TRUE(store->hold_lease("folding", "b", 1h).value());
}

TEST_F(StoreLeases, AreListedWithTheirRest) {
  EXPECT_TRUE(store->hold_lease("mirror", "b", 0ms).value());
  EXPECT_TRUE(store->hold_lease("folding", "a", 1h).value());
  const auto leases = store->leases().value();
  ASSERT_EQ(leases.size(), 2U);
  EXPECT_EQ(leases[0].name, "folding");
  EXPECT_EQ(leases[0].holder, "a");
  EXPECT_GT(leases[0].rest_ms, 0);
  EXPECT_LE(leases[0].rest_ms, 3'600'000);
  EXPECT_EQ(leases[1].name, "mirror");
  EXPECT_LE(leases[1].rest_ms, 0);
}

// The lock of the file was free: the process that held the lease has ended.
TEST_F(StoreLeases, AreFreeForWhoOpensTheStoreNext) {
  EXPECT_TRUE(store->hold_lease("folding", "a", 1h).value());
  open();
  EXPECT_TRUE(store->hold_lease("folding", "b", 1h).value());
}

}  // namespace
}  // namespace waymark::tracker
