#include "common/token.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark {
namespace {

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t window = 60 * day;
constexpr std::uint64_t start = 1'718'360'049;  // unix seconds

Touch click_at(std::uint64_t unix_seconds, std::string_view code = "anna7") {
  Uuid7Generator mint;
  return {mint.next(unix_seconds * 1'000), code};
}

// The campaigns newest first, such as `spring,summer`.
std::string campaigns(const Attribution& attribution) {
  std::string names;
  for (std::size_t i = 0; i < attribution.campaign_count; ++i) {
    if (i > 0) names += ',';
    names += attribution.campaigns[i].campaign;
  }
  return names;
}

TEST(Touch, the_first_click_is_first_and_last) {
  Attribution visitor;
  const Touch click = click_at(start);
  touch(visitor, "spring", click, start, window);
  EXPECT_EQ(campaigns(visitor), "spring");
  const CampaignTouches& entry = visitor.campaigns[0];
  EXPECT_EQ(entry.ends_at, start + window);
  EXPECT_EQ(entry.first.click, click.click);
  EXPECT_EQ(entry.last.click, click.click);
}

TEST(Touch, later_clicks_move_the_last_touch_and_the_end) {
  Attribution visitor;
  const Touch first = click_at(start, "anna7"), second = click_at(start + day, "ben_2");
  touch(visitor, "spring", first, start, window);
  touch(visitor, "spring", second, start + day, window);
  EXPECT_EQ(campaigns(visitor), "spring");
  EXPECT_EQ(visitor.campaigns[0].first.click, first.click);
  EXPECT_EQ(visitor.campaigns[0].first.code, "anna7");
  EXPECT_EQ(visitor.campaigns[0].last.click, second.click);
  EXPECT_EQ(visitor.campaigns[0].last.code, "ben_2");
  EXPECT_EQ(visitor.campaigns[0].ends_at, start + day + window);
}

TEST(Touch, a_first_touch_older_than_the_window_gives_way) {
  Attribution visitor;
  const Touch first = click_at(start), second = click_at(start + 50 * day);
  touch(visitor, "spring", first, start, window);
  touch(visitor, "spring", second, start + 50 * day, window);

  Attribution just_within = visitor;
  touch(just_within, "spring", click_at(start + window - 1), start + window - 1, window);
  EXPECT_EQ(just_within.campaigns[0].first.click, first.click);

  const Touch third = click_at(start + window);
  touch(visitor, "spring", third, start + window, window);
  EXPECT_EQ(visitor.campaigns[0].first.click, third.click);
}

TEST(Touch, an_entry_that_has_ended_is_forgotten) {
  Attribution visitor;
  touch(visitor, "spring", click_at(start), start, window);
  touch(visitor, "summer", click_at(start + day), start + day, window);
  const Touch click = click_at(start + window);
  touch(visitor, "autumn", click, start + window, window);
  EXPECT_EQ(campaigns(visitor), "autumn,summer");
}

TEST(Touch, an_ended_entry_starts_anew) {
  Attribution visitor;
  touch(visitor, "spring", click_at(start), start, day);
  const Touch click = click_at(start + 2 * day);
  touch(visitor, "spring", click, start + 2 * day, window);
  EXPECT_EQ(campaigns(visitor), "spring");
  EXPECT_EQ(visitor.campaigns[0].first.click, click.click);
}

TEST(Touch, keeps_three_campaigns_newest_first) {
  Attribution visitor;
  for (const char* campaign : {"a", "b", "c", "d"}) {
    touch(visitor, campaign, click_at(start), start, window);
  }
  EXPECT_EQ(campaigns(visitor), "d,c,b");
  touch(visitor, "b", click_at(start + 1), start + 1, window);
  EXPECT_EQ(campaigns(visitor), "b,d,c");
  touch(visitor, "b", click_at(start + 2), start + 2, window);
  EXPECT_EQ(campaigns(visitor), "b,d,c");
}

TEST(Touch, without_a_campaign_only_drops_what_has_ended) {
  Attribution visitor;
  touch(visitor, "spring", click_at(start), start, day);
  touch(visitor, "summer", click_at(start), start, window);
  touch(visitor, "", click_at(start + day), start + day, window);
  EXPECT_EQ(campaigns(visitor), "summer");
}

TEST(Touch, a_clock_that_stepped_back_keeps_the_first_touch) {
  Attribution visitor;
  const Touch first = click_at(start);
  touch(visitor, "spring", first, start, window);
  touch(visitor, "spring", click_at(start - day), start - day, window);
  EXPECT_EQ(visitor.campaigns[0].first.click, first.click);
}

}  // namespace
}  // namespace waymark
