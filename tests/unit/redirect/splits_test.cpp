// Splits: shares by weight, the same page for the same visitor, and who moves when pages change.
#include "redirect/decide/rules.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace waymark::redirect::test {
namespace {

constexpr const char* one_to_three = R"([{"split":[
    {"weight":1,"destination":"https://one.example/"},
    {"weight":3,"destination":"https://three.example/"}]}])";

TEST(Split, KeepsItsWeights) {
  Desk desk;
  const auto link = ruled(one_to_three);
  const Visit visit{"/a"};
  std::map<std::uint32_t, int> pages;
  for (int i = 0; i < 8'000; ++i) ++pages[desk.decide(visit, *link).rule.value()];
  EXPECT_NEAR(pages[0], 2'000, 200);  // five standard deviations
  EXPECT_NEAR(pages[1], 6'000, 200);
}

// The id that the first click mints is the one that decided.
TEST(Split, ShowsAVisitorTheSamePageAgain) {
  Desk desk;
  const auto link = ruled(one_to_three);
  std::map<std::uint32_t, int> pages;
  for (int i = 0; i < 200; ++i) {
    const Visit first{"/a"};
    const Decision decision = desk.decide(first, *link);
    ++pages[decision.rule.value()];
    const std::string cookie = cookie_line(desk.render(first, *link, decision));
    const Visit again{"/a", cookie};
    EXPECT_EQ(desk.decide(again, *link).rule, decision.rule);
    const Visit head{"/a", cookie, "HEAD"};
    EXPECT_EQ(desk.decide(head, *link).rule, decision.rule);
  }
  EXPECT_EQ(pages.size(), 2U);
}

// Of 6,000 visitors, how many meet page `page` of `before` and page `now` of `after`.
struct Moves {
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> counts;
  int operator()(std::uint32_t before, std::uint32_t now) { return counts[{before, now}]; }
};

Moves moves_between(const std::string& before, const std::string& after) {
  Desk desk;
  const auto first = ruled(before);
  const auto second = ruled(after);
  const Visit visit{"/a"};
  const Agent agent;
  const RuleSubject subject{*visit, agent, {}, 0};
  Moves moves;
  for (int i = 0; i < 6'000; ++i) {
    const Uuid visitor = desk.ids.next(noon_ms);
    ++moves.counts[{choose_landing(*first->rules(), subject, visitor).value(),
                    choose_landing(*second->rules(), subject, visitor).value()}];
  }
  return moves;
}

std::string split_of(const std::vector<std::pair<std::string, int>>& pages) {
  std::string entries;
  for (const auto& [name, weight] : pages) {
    entries += entries.empty() ? "" : ",";
    entries += R"({"destination":"https://)" + name + R"(.example/","weight":)" +
               std::to_string(weight) + "}";
  }
  return R"([{"split":[)" + entries + "]}]";
}

TEST(Split, ANewPageTakesItsShareAndMovesNobodyElse) {
  Moves moved =
      moves_between(split_of({{"a", 3}, {"b", 1}}), split_of({{"c", 1}, {"a", 3}, {"b", 1}}));
  EXPECT_EQ(moved(0, 2) + moved(1, 1), 0) << "between pages that were there before";
  EXPECT_NEAR(moved(0, 0) + moved(1, 0), 1'200, 155);  // five standard deviations, as below
  EXPECT_NEAR(moved(0, 1), 3'600, 190);
  EXPECT_NEAR(moved(1, 2), 1'200, 155);
}

TEST(Split, APageThatGoesMovesItsOwnVisitorsByTheWeightsOfTheOthers) {
  Moves moved =
      moves_between(split_of({{"a", 3}, {"b", 1}, {"c", 2}}), split_of({{"a", 3}, {"b", 1}}));
  EXPECT_EQ(moved(0, 1) + moved(1, 0), 0);
  EXPECT_NEAR(moved(2, 0), 1'500, 168);
  EXPECT_NEAR(moved(2, 1), 500, 107);
}

TEST(Split, AWeightThatGrowsMovesVisitorsToItsPageAlone) {
  Moves moved = moves_between(split_of({{"a", 1}, {"b", 1}}), split_of({{"b", 3}, {"a", 1}}));
  EXPECT_EQ(moved(1, 1), 0) << "from b";
  EXPECT_NEAR(moved(0, 0), 1'500, 168);
}

// As those who try out a split do.
TEST(Split, TheSamePageTwiceHasBothWeights) {
  Moves moved = moves_between(split_of({{"a", 1}, {"a", 1}, {"b", 1}}), split_of({{"b", 1}}));
  EXPECT_NEAR(moved(0, 0), 2'000, 183);
  EXPECT_NEAR(moved(1, 0), 2'000, 183);
}

TEST(Split, DrawsAnewForWhoCannotBeRemembered) {
  Desk desk;
  CampaignRecord campaign;
  campaign.cookies = CookiePolicy::never;
  const auto link = ruled(one_to_three, campaign);
  const Visit visit{"/a"};
  std::map<std::uint32_t, int> pages;
  for (int i = 0; i < 200; ++i) ++pages[desk.decide(visit, *link).rule.value()];
  EXPECT_EQ(pages.size(), 2U);
}

TEST(Split, OfAnotherLinkIsIndependent) {
  Desk desk;
  const auto link = ruled(one_to_three);
  LinkRecord record;
  record.destination = "https://main.example/";
  record.link = "lnk_2";
  record.rules = one_to_three;
  const auto other = link_to(record);
  int different = 0;
  for (int i = 0; i < 400; ++i) {
    const Uuid visitor = desk.ids.next(noon_ms);
    const Visit visit{"/a"};
    const Agent agent;
    const RuleSubject subject{*visit, agent, {}, 0};
    different += choose_landing(*link->rules(), subject, visitor) !=
                 choose_landing(*other->rules(), subject, visitor);
  }
  EXPECT_NEAR(different, 150, 60);  // 2 * 1/4 * 3/4 of 400
}

}  // namespace
}  // namespace waymark::redirect::test
