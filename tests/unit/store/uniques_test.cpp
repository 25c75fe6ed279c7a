// Uniques: each key counts once, whichever of the two tables holds it and whatever was rolled back.
#include "tests/unit/store/store_fixture.hpp"
#include "tracker/store/sqlite/unique_table.hpp"

namespace waymark::tracker {
namespace {

constexpr std::uint64_t visitor_base = 1'000'000;

struct StoreUniques : StoreTest {
  // A click of each of `count` visitors, with ids from `first_id` on.
  Batch clicks_of_visitors(std::uint64_t first_id, std::uint64_t count, bool new_visitor) {
    Batch batch;
    for (std::uint64_t n = 0; n < count; ++n) {
      Click click = click_of(first_id + n);
      click.visitor = id_of(visitor_base + n);
      click.new_visitor = new_visitor;
      batch.add(click);
    }
    return batch;
  }
  std::uint64_t commit_and_count(Batch batch) {
    commit(batch);
    return sum().uniques;
  }
};

TEST_F(StoreUniques, ComeOnceInEitherOrder) {
  EXPECT_EQ(commit_and_count(clicks_of_visitors(1, 2, true)), 2U);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(11, 4, false)), 4U) << "two of them are known";
  EXPECT_EQ(commit_and_count(clicks_of_visitors(21, 6, true)), 6U) << "four of them are known";
  open();
  EXPECT_EQ(commit_and_count(clicks_of_visitors(31, 6, false)), 6U);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(41, 6, true)), 6U);
}

TEST_F(StoreUniques, StayKnownWhenArrivalsMove) {
  constexpr std::uint64_t many = sqlite::UniqueTable::arrivals_max + 100;
  EXPECT_EQ(commit_and_count(clicks_of_visitors(1, many, false)), many);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(200'001, many, false)), many);
  EXPECT_EQ(commit_and_count(clicks_of_visitors(400'001, many, true)), many);

  auto database = sqlite::Database{file(), SQLITE_OPEN_READONLY};
  auto held = database.query(
      "SELECT (SELECT count(*) FROM uniques), (SELECT count(*) FROM unique_arrivals)");
  ASSERT_TRUE(held.next());
  EXPECT_EQ(held.unsigned_integer(0), sqlite::UniqueTable::run_keys);
  EXPECT_EQ(held.unsigned_integer(0) + held.unsigned_integer(1), many) << "each key in one table";
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
