// Old clicks are forgotten, their totals stay, and those that come late are not counted again.
#include "tests/unit/store/store_fixture.hpp"

namespace waymark::tracker {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;

struct StoreRetention : StoreTest {
  static Click click_at(std::uint64_t unix_ms) {
    Click click = click_of(0);
    click.id = first_id_of(unix_ms);
    click.unix_ms = unix_ms;
    click.visitor = click.id;
    return click;
  }
  std::uint64_t forget_all(std::uint64_t before_ms, std::size_t limit) {
    std::uint64_t forgotten = 0;
    for (std::uint64_t went = 1; went > 0; forgotten += went) {
      went = store->forget_clicks(before_ms, limit).value();
    }
    return forgotten;
  }
};

TEST_F(StoreRetention, OldClicksGoAndTotalsStay) {
  // Three months of them: whole months go at once, the rest in slices.
  for (std::uint64_t days = 0; days < 90; days += 3) commit_clicks(click_at(noon_ms - days * day_ms));
  const ClickTotal before = sum();
  EXPECT_EQ(before.raw, 30U);
  EXPECT_EQ(forget_all(noon_ms - 45 * day_ms, 4), 14U);
  EXPECT_FALSE(store->click(first_id_of(noon_ms - 48 * day_ms)));
  EXPECT_TRUE(store->click(first_id_of(noon_ms - 45 * day_ms)));
  EXPECT_EQ(store->clicks({.page = {.limit = 100}})->data.size(), 16U);
  EXPECT_EQ(sum(), before);
}

TEST_F(StoreRetention, ASliceIsNoLongerThanAsked) {
  for (std::uint64_t n = 1; n <= 5; ++n) commit_clicks(click_of(n));
  EXPECT_EQ(store->forget_clicks(noon_ms + 100, 2).value(), 2U);
  EXPECT_FALSE(store->click(id_of(2))) << "the oldest first";
  EXPECT_TRUE(store->click(id_of(3)));
}

TEST_F(StoreRetention, WhatWasForgottenIsNotCountedAgain) {
  const Click old = click_at(noon_ms - 10 * day_ms), young = click_at(noon_ms);
  commit_clicks(old, young);
  EXPECT_EQ(forget_all(noon_ms - day_ms, 100), 1U);

  Batch batch;
  batch.add(old);
  batch.add(young);
  batch.add(click_at(noon_ms + 1));
  batch.origin(origin_a).committed.add({1, 3});
  const BatchOutcome outcome = commit(batch);
  EXPECT_EQ(outcome.late, 1U);
  EXPECT_EQ(outcome.duplicate, 1U);
  EXPECT_EQ(outcome.stored, 1U);
  EXPECT_EQ(sum().raw, 3U);
  EXPECT_EQ(sum().uniques, 3U);
  EXPECT_FALSE(store->click(old.id));
  EXPECT_EQ(store->drain_counts().value(),
            (DrainCounts{.stored = 3, .duplicate = 1, .dead = 0, .late = 1}));
  EXPECT_EQ(store->origin(origin_a.key()).value()->committed.count(), 3U)
      << "the edge need not send it again";
}

TEST_F(StoreRetention, TheHorizonOutlivesTheProgramAndNeverGoesBack) {
  EXPECT_EQ(forget_all(noon_ms, 100), 0U);
  EXPECT_EQ(forget_all(noon_ms - day_ms, 100), 0U);
  open();
  EXPECT_EQ(commit_clicks(click_at(noon_ms - 1)).late, 1U);
  EXPECT_EQ(commit_clicks(click_at(noon_ms)).stored, 1U);
}

}  // namespace
}  // namespace waymark::tracker
