// Ids of answers, ledgers, and what was answered beside what was found.
#include "common/keys.hpp"
#include "common/token.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/click_tally.hpp"
#include "loadtest/kit/clicks/click_token.hpp"
#include "loadtest/kit/clicks/export_page.hpp"
#include "loadtest/kit/clicks/watch_board.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t some_ms = 1'700'000'000'000 / WatchShare::period_ms * WatchShare::period_ms;

std::vector<Uuid> ids(std::size_t count, std::uint64_t ms = some_ms) {
  Uuid7Generator generator;
  std::vector<Uuid> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(generator.next(ms));
  return made;
}

std::vector<AnsweredClick> answers(const std::vector<Uuid>& given) {
  std::vector<AnsweredClick> clicks;
  for (const auto& id : given) clicks.push_back({id, {}});
  return clicks;
}

void read_all(ClickTally& tally, const std::vector<Uuid>& rows) {
  const auto range = tally.missing_range();
  ASSERT_TRUE(range);
  tally.begin_reading(*range);
  for (const auto& id : rows) tally.see(id);
}

TEST(ClickToken, IsReadWithoutKeys) {
  const std::array<std::uint8_t, 32> secret{1, 2, 3};
  const SigningKey key{"k1", HmacKey{secret}};
  const auto id = ids(1).front();
  std::array<char, click_token_bytes> token;
  write_click_token(id, key, token.data());
  const std::string text{token.data(), token.size()};
  const std::string page = "https://shop.example/welcome";
  EXPECT_EQ(click_id_in(page + "?wm_click=" + text), id);
  EXPECT_EQ(click_id_in(page + "?a=1&wm_click=" + text + "#top"), id);
  EXPECT_EQ(click_id_in(page + "?wm_click=" + text + "x"), std::nullopt);
  EXPECT_EQ(click_id_in(page + "?xwm_click=" + text), std::nullopt);
  EXPECT_EQ(click_id_in(page + "?wm_click=" + text.substr(1)), std::nullopt);
  EXPECT_EQ(click_id_in(page), std::nullopt);
}

TEST(ClickLedger, KeepsAllUpToItsLimitAndCountsTheRest) {
  ClickLedger ledger{40'000};
  const auto given = ids(40'003);
  for (const auto& id : given) ledger.add(id, {});
  EXPECT_EQ(ledger.passed_over(), 3U);
  std::vector<AnsweredClick> kept;
  ledger.move_to(kept);
  ASSERT_EQ(kept.size(), 40'000U);
  for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i].id, given[i]) << i;
}

TEST(ClickLedger, HandsOverTheClicksOfItsShare) {
  const WatchShare share{1'000'000};  // one millisecond of each period
  ClickLedger ledger{100, &share};
  const auto watched = ids(1).front(), other = ids(1, some_ms + 1).front();
  ledger.add(watched, {});
  ledger.add(other, {});
  const auto handed_over = ledger.take_watched();
  ASSERT_EQ(handed_over.size(), 1U);
  EXPECT_EQ(handed_over[0].id, watched);
  EXPECT_TRUE(ledger.take_watched().empty());
}

TEST(ClickTally, TellsMissingTwiceAndUnexpected) {
  auto rows = ids(100);
  const auto stranger = rows[50];
  auto given = rows;
  given.erase(given.begin() + 50);
  ClickTally tally{answers(given)};
  rows.erase(rows.begin() + 10);
  rows.insert(rows.begin() + 20, rows[20]);
  read_all(tally, rows);
  EXPECT_EQ(tally.answered(), 99U);
  EXPECT_EQ(tally.found(), 98U);
  EXPECT_EQ(tally.missing(), 1U);
  EXPECT_EQ(tally.twice(), 1U);
  EXPECT_EQ(tally.unexpected(), 1U);
  EXPECT_EQ(tally.missing_clicks(20).at(0).id, given[10]);
  EXPECT_EQ(tally.find(stranger), nullptr);
}

TEST(ClickTally, ReadAgainOnlyWhereClicksAreMissing) {
  const auto given = ids(10);
  ClickTally tally{answers(given)};
  std::vector<Uuid> rows = given;
  rows.erase(rows.begin() + 6);
  rows.erase(rows.begin() + 3);
  read_all(tally, rows);
  const auto range = tally.missing_range();
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, given[3]);
  EXPECT_EQ(range->last, given[6]);
  read_all(tally, {given.begin() + 3, given.begin() + 7});
  EXPECT_EQ(tally.missing(), 0U);
  EXPECT_EQ(tally.twice(), 0U);
  EXPECT_FALSE(tally.missing_range());
}

TEST(ClickTally, AnIdThatTwoVisitorsWereGivenIsAClickLost) {
  const auto given = ids(1);
  ClickTally tally{answers({given[0], given[0]})};
  read_all(tally, given);
  EXPECT_EQ(tally.answered(), 2U);
  EXPECT_EQ(tally.missing(), 1U);
}

TEST(WatchBoard, AsksUntilAllOfASliceAreThere) {
  const auto given = ids(3);
  const SteadyTime begin{10s};
  std::vector<AnsweredClick> clicks;
  for (const auto& id : given) clicks.push_back({id, begin});
  WatchBoard board;
  board.add(clicks);
  const auto first = board.next(begin);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->clicks, 3U);
  EXPECT_EQ(first->first, given[0]);
  board.answer(*first, std::vector{given[0], given[2]}, begin + 20ms);
  EXPECT_FALSE(board.next(begin + 24ms));
  const auto second = board.next(begin + 25ms);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->first, given[1]);
  EXPECT_EQ(second->last, given[1]);
  board.answer(*second, std::vector{given[1]}, begin + 2s);
  EXPECT_EQ(board.waiting(), 0U);
  EXPECT_FALSE(board.next(begin + 1h));
  EXPECT_EQ(board.latency().count(), 3U);
  EXPECT_EQ(board.latency().max(), 2'000'000'000U);
  EXPECT_EQ(board.late(), 1U);
}

TEST(WatchShare, ComesNearToTheClicksWanted) {
  WatchShare share;  // of 20,000 clicks a second
  for (int i = 0; i < 10; ++i) share.adapt(20 * share.width_ms());
  EXPECT_EQ(share.width_ms(), 1U);
  for (int i = 0; i < 10; ++i) share.adapt(0);
  EXPECT_EQ(share.width_ms(), WatchShare::period_ms);
  EXPECT_EQ(WatchShare{2'000}.width_ms(), 12U);
}

TEST(ExportPage, TheIdBefore) {
  Uuid id;
  id.bytes = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(before(id).text(), "00ffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_LT(before(id), id);
}

}  // namespace
}  // namespace waymark::loadtest
