// Table clicks in months: made in time, whatever the ids say, and dropped as a whole.
#include "tests/unit/store/store_fixture.hpp"
#include "tracker/store/postgres/connection.hpp"

#include <set>
#include <string>

namespace waymark::tracker {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;

struct PostgresPartitions : StoreTest {
  std::set<std::string> tables() const {
    postgres::Connection connection{place.url(), ""};
    std::set<std::string> names;
    auto row = connection.query(
        "SELECT CAST(inhrelid AS regclass) FROM pg_inherits"
        " WHERE inhparent = CAST('clicks' AS regclass)");
    while (row.next()) names.insert(row.text(0));
    return names;
  }
  std::uint64_t rows_of(const std::string& table) const {
    postgres::Connection connection{place.url(), ""};
    auto row = connection.query("SELECT count(*) FROM " + table);
    row.next();
    return row.unsigned_integer(0);
  }
  static Click click_at(std::uint64_t unix_ms) {
    Click click = click_of(0);
    click.id = first_id_of(unix_ms);
    return click;
  }
};

TEST_F(PostgresPartitions, AreMadeForThisMonthTheNextAndThoseOfLateClicks) {
  commit_clicks(click_of(1), click_at(noon_ms - 40 * day_ms));
  EXPECT_EQ(tables(), (std::set<std::string>{"clicks_other", "clicks_2025_11", "clicks_2026_01",
                                             "clicks_2026_02"}));
  EXPECT_EQ(rows_of("clicks_2026_01"), 1U);
}

TEST_F(PostgresPartitions, IdsOfOddTimesHaveOneTableAndMoveWhenTheirMonthComes) {
  const Click ahead = click_at(noon_ms + 70 * day_ms);  // in March
  commit_clicks(click_at(1), ahead);
  EXPECT_EQ(rows_of("clicks_other"), 2U);
  Batch batch;
  batch.add(click_of(2));
  EXPECT_TRUE(store->commit_batch(batch, noon_ms + 40 * day_ms));  // in February
  EXPECT_EQ(rows_of("clicks_other"), 1U);
  EXPECT_EQ(rows_of("clicks_2026_03"), 1U);
  EXPECT_EQ(commit_clicks(ahead).duplicate, 1U);
}

TEST_F(PostgresPartitions, AreDroppedWhenAllOfTheirClicksAreOld) {
  commit_clicks(click_at(noon_ms - 40 * day_ms), click_at(noon_ms - 10 * day_ms), click_of(1));
  EXPECT_EQ(store->forget_clicks(noon_ms - 5 * day_ms, 100).value(), 1U);
  EXPECT_FALSE(tables().contains("clicks_2025_11"));
  EXPECT_EQ(store->forget_clicks(noon_ms - 5 * day_ms, 100).value(), 1U) << "a slice";
  EXPECT_TRUE(tables().contains("clicks_2025_12"));
  EXPECT_EQ(store->forget_clicks(noon_ms - 5 * day_ms, 100).value(), 0U);
  EXPECT_EQ(rows_of("clicks"), 1U);
}

}  // namespace
}  // namespace waymark::tracker
