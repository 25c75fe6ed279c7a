// Leases: one holder at a time, by the store's clock.
#include "tests/unit/store/store_fixture.hpp"

#include <chrono>

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;

struct StoreLeases : StoreTest {};

TEST_F(StoreLeases, HaveOneHolder) {
  EXPECT_TRUE(store->hold_lease("fold", "one", 60s).value());
  EXPECT_TRUE(store->hold_lease("fold", "one", 60s).value()) << "renewed";
  EXPECT_FALSE(store->hold_lease("fold", "two", 60s).value());
  EXPECT_TRUE(store->hold_lease("mirror", "two", 60s).value()) << "another lease";
}

TEST_F(StoreLeases, GoToTheNextWhenTheyHaveExpiredOrWereReleased) {
  EXPECT_TRUE(store->hold_lease("fold", "one", 0s).value());
  EXPECT_TRUE(store->hold_lease("fold", "two", 60s).value()) << "expired at once";
  EXPECT_TRUE(store->release_lease("fold", "one"));
  EXPECT_FALSE(store->hold_lease("fold", "one", 60s).value()) << "it was not one's to release";
  EXPECT_TRUE(store->release_lease("fold", "two"));
  EXPECT_TRUE(store->hold_lease("fold", "one", 60s).value());
}

TEST_F(StoreLeases, AreListedWithWhatIsLeftOfThem) {
  EXPECT_TRUE(store->hold_lease("b", "one", 1h).value());
  EXPECT_TRUE(store->hold_lease("a", "two", 0s).value());
  const auto leases = store->leases().value();
  ASSERT_EQ(leases.size(), 2U);
  EXPECT_EQ(leases[0].name, "a");
  EXPECT_LE(leases[0].rest_ms, 0);
  EXPECT_EQ(leases[1].holder, "one");
  EXPECT_GT(leases[1].rest_ms, 3'500'000);
  EXPECT_LE(leases[1].rest_ms, 3'600'000);
}

}  // namespace
}  // namespace waymark::tracker
