// GET /v1/clicks as the store answers it.
#include "tests/unit/store/store_fixture.hpp"

namespace waymark::tracker {
namespace {

struct StoreClickList : StoreTest {
  StoreClickList() {
    for (std::uint64_t n = 1; n <= 6; ++n) {
      Click click = click_of(n);
      click.unix_ms = noon_ms + n * 1000;
      click.campaign = n % 2 == 0 ? "camp_even" : "camp_odd";
      if (n == 3) click.bot = "tool";
      if (n == 4) click.test = true;
      commit_clicks(click);
    }
  }
  std::string ids(const ClickQuery& query) {
    const auto page = store->clicks(query);
    if (!page) return page.error().message();
    std::string text;
    for (const ClickRow& row : page->data) {
      text += static_cast<char>('0' + (row.unix_ms - noon_ms) / 1000);
    }
    return text + (page->has_more ? "+" : "");
  }
};

TEST_F(StoreClickList, NewestFirst) {
  EXPECT_EQ(ids({}), "654321");
}

TEST_F(StoreClickList, PagesByCursor) {
  EXPECT_EQ(ids({.page = {.limit = 2}}), "65+");
  EXPECT_EQ(ids({.page = {.limit = 2, .starting_after = id_of(5).text()}}), "43+");
  EXPECT_EQ(ids({.page = {.limit = 2, .starting_after = id_of(2).text()}}), "1");
  EXPECT_EQ(ids({.page = {.limit = 2, .ending_before = id_of(2).text()}}), "43+");
  EXPECT_EQ(ids({.page = {.limit = 9, .ending_before = id_of(4).text()}}), "65");
  EXPECT_EQ(store->clicks({.page = {.starting_after = "lnk_1"}}).error(),
            make_error_code(Errc::not_found));
}

TEST_F(StoreClickList, Filters) {
  EXPECT_EQ(ids({.campaign = "camp_even"}), "642");
  EXPECT_EQ(ids({.link = "lnk_2"}), "");
  EXPECT_EQ(ids({.code = "anna7", .host = "go.example"}), "654321");
  EXPECT_EQ(ids({.counted = true}), "6521");
  EXPECT_EQ(ids({.counted = false}), "43");
  EXPECT_EQ(ids({.bot = "tool"}), "3");
  EXPECT_EQ(ids({.test = true}), "4");
  EXPECT_EQ(ids({.test = false}), "65321");
}

TEST_F(StoreClickList, TimesAreFromInclusiveToExclusive) {
  EXPECT_EQ(ids({.from_ms = noon_ms + 3000}), "6543");
  EXPECT_EQ(ids({.to_ms = noon_ms + 3000}), "21");
  EXPECT_EQ(ids({.from_ms = noon_ms + 2000, .to_ms = noon_ms + 4000}), "32");
  EXPECT_EQ(ids({.from_ms = noon_ms + 3'600'000}), "");
}

TEST_F(StoreTest, AFilterThatMatchesLittleIsAnsweredInPieces) {
  Batch batch;
  Click rare = click_of(1);
  rare.link = "lnk_rare";
  batch.add(rare);
  for (std::uint64_t n = 2; n <= click_scan_max + 1; ++n) {
    Click click = click_of(n);
    click.visitor.reset();
    batch.add(click);
  }
  commit(batch);
  const auto first = store->clicks({.link = "lnk_rare"}).value();
  EXPECT_TRUE(first.data.empty());
  EXPECT_TRUE(first.has_more);
  EXPECT_EQ(first.next, id_of(2).text());
  const auto second =
      store->clicks({.page = {.starting_after = first.next}, .link = "lnk_rare"}).value();
  ASSERT_EQ(second.data.size(), 1U);
  EXPECT_EQ(second.data[0].id, rare.id);
  EXPECT_FALSE(second.has_more);
  EXPECT_EQ(second.next, "");
}

}  // namespace
}  // namespace waymark::tracker
