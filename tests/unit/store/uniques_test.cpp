// Uniques: each key counts once, in whatever order clicks come and whatever was rolled back.
#include "tests/unit/store/uniques_fixture.hpp"

namespace waymark::tracker {
namespace {

TEST_F(StoreUniques, ComeOnceInEitherOrder) {
  EXPECT_EQ(commit_and_count(clicks_of_visitors(1, 2, true)), 2U);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(11, 4, false)), 4U) << "two of them are known";
  EXPECT_EQ(commit_and_count(clicks_of_visitors(21, 6, true)), 6U) << "four of them are known";
  open();
  EXPECT_EQ(commit_and_count(clicks_of_visitors(31, 6, false)), 6U);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(41, 6, true)), 6U);
}

TEST_F(StoreUniques, AreForgottenWithTheTransactionThatClaimedThem) {
  Batch batch = clicks_of_visitors(1, 3, false);
  const auto undone = store->atomically([&]() -> Result<void> {
    EXPECT_EQ(store->commit_batch(batch, noon_ms)->stored, 3U);
    return Errc::conflict;
  });
  EXPECT_FALSE(undone);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(11, 3, false)), 3U);
}

}  // namespace
}  // namespace waymark::tracker
