// Keys of uniques on their way between SQLite's two tables.
#include "tests/unit/store/uniques_fixture.hpp"
#include "tracker/store/sqlite/unique_table.hpp"

namespace waymark::tracker {
namespace {

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

}  // namespace
}  // namespace waymark::tracker
