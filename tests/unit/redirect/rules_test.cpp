// Rules at work: which of them holds for whom, and what a visitor gets from the page it names.
#include "redirect/decide/rules.hpp"

#include "common/click_line.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <map>

namespace waymark::redirect::test {
namespace {

std::shared_ptr<const ResolvedLink> ruled(std::string rules, CampaignRecord campaign = {}) {
  LinkRecord record;
  record.destination = "https://main.example/";
  record.campaign = "camp_spring";
  record.referrer = "rfr_anna";
  record.link = "lnk_1";
  record.rules = std::move(rules);
  return link_to(std::move(record), std::move(campaign));
}

// One rule with these conditions.
bool holds_for(const std::string& when, const Visit& visit, std::string_view country = {},
               std::uint64_t now_ms = noon_ms) {
  const auto link = ruled(R"([{"when":)" + when + R"(,"destination":"https://rule.example/"}])");
  Desk desk;
  desk.now_ms = now_ms;
  const Decision decision = desk.decide(visit, *link, {country, {}});
  EXPECT_EQ(decision.rule.has_value(), decision.landing.text == "https://rule.example/");
  return decision.rule.has_value();
}

TEST(Rule, LooksAtDeviceAndSystem) {
  const auto link = ruled(R"([{"when":{"device":["mobile","tablet"],"os":["ios"]},
                               "destination":"https://rule.example/"}])");
  const RuleConditions& when = link->rules()->rules[0].when;
  const Visit visit{"/a"};
  const auto holds_on = [&](std::string_view device, std::string_view os) {
    const Agent agent{{}, device, os};
    return holds(when, {*visit, agent, {}, 0});
  };
  EXPECT_TRUE(holds_on("mobile", "ios"));
  EXPECT_TRUE(holds_on("tablet", "ios"));
  EXPECT_FALSE(holds_on("desktop", "ios"));
  EXPECT_FALSE(holds_on("mobile", "android"));
  EXPECT_FALSE(holds_on({}, {}));
  EXPECT_TRUE(holds_for(R"({"device":["desktop"],"os":["linux"]})", visit));
  EXPECT_FALSE(holds_for(R"({"device":["mobile"]})", visit));
}

TEST(Rule, LooksAtTheCountry) {
  const Visit visit{"/a"};
  EXPECT_TRUE(holds_for(R"({"country":["AT","DE"]})", visit, "DE"));
  EXPECT_FALSE(holds_for(R"({"country":["AT","DE"]})", visit, "TD"));
  EXPECT_FALSE(holds_for(R"({"country":["AT","DE"]})", visit));
}

TEST(Rule, LooksAtTheQuery) {
  EXPECT_TRUE(holds_for(R"({"query":{"src":"qr code"}})", Visit{"/a?x=1&src=qr%20code"}));
  EXPECT_TRUE(holds_for(R"({"query":{"src":"qr code"}})", Visit{"/a?s%72c=qr+code"}));
  EXPECT_FALSE(holds_for(R"({"query":{"src":"qr"}})", Visit{"/a?src=QR"}));
  EXPECT_FALSE(holds_for(R"({"query":{"src":"qr"}})", Visit{"/a"}));
  EXPECT_TRUE(holds_for(R"({"query":{"src":["a","b"],"n":"1"}})", Visit{"/a?n=1&src=b"}));
  EXPECT_FALSE(holds_for(R"({"query":{"src":["a","b"],"n":"1"}})", Visit{"/a?n=2&src=b"}));
  EXPECT_TRUE(holds_for(R"({"query":{"gclid":true}})", Visit{"/a?gclid=anything"}));
  EXPECT_FALSE(holds_for(R"({"query":{"gclid":true}})", Visit{"/a?gclidx=1"}));
  EXPECT_TRUE(holds_for(R"({"query":{"src":"b"}})", Visit{"/a?src=a&src=b"}));
}

TEST(Rule, LooksAtTheTime) {
  const Visit visit{"/a"};
  const auto at = [&](std::int64_t from_noon) {
    const auto now_ms =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(noon_ms) + 1'000 * from_noon);
    return holds_for(R"({"from":1767268800,"until":1767268900})", visit, {}, now_ms);
  };
  EXPECT_FALSE(at(-1));
  EXPECT_TRUE(at(0));
  EXPECT_TRUE(at(99));
  EXPECT_FALSE(at(100));
}

struct LanguageRow {
  const char* accepted;
  std::vector<std::string> tags;
  bool wanted;
};

class Languages : public testing::TestWithParam<LanguageRow> {};

TEST_P(Languages, FollowTheQValues) {
  EXPECT_EQ(wants_language(GetParam().accepted, GetParam().tags), GetParam().wanted)
      << GetParam().accepted;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Languages,
    testing::Values(LanguageRow{"de", {"de"}, true}, LanguageRow{"DE-at", {"de"}, true},
                    LanguageRow{"", {"de"}, false}, LanguageRow{"*", {"de"}, false},
                    LanguageRow{"den", {"de"}, false}, LanguageRow{"de", {"de-at"}, false},
                    LanguageRow{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", {"de"}, true},
                    LanguageRow{"de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", {"en"}, false},
                    LanguageRow{"en;q=0.3, de;q=0.8", {"de"}, true},
                    LanguageRow{"en;q=0.3, de;q=0.8", {"en"}, false},
                    LanguageRow{"en ; q=0.3\t, de", {"fr", "de"}, true},
                    // Of languages wanted as much the first counts.
                    LanguageRow{"fr,de", {"de"}, false}, LanguageRow{"fr,de", {"fr"}, true},
                    // A region of the language that is wanted most, whatever its own q.
                    LanguageRow{"pt,pt-BR;q=0.8,en;q=0.5", {"pt-br"}, true},
                    LanguageRow{"pt,pt-BR;q=0", {"pt-br"}, false},
                    // What is not wanted, or no qvalue.
                    LanguageRow{"de;q=0", {"de"}, false},
                    LanguageRow{"de;q=0.000,en;q=0.001", {"en"}, true},
                    LanguageRow{"de;q=2,en;q=0.1", {"en"}, true},
                    LanguageRow{"de;q=0.1234,en;q=0.1", {"en"}, true},
                    LanguageRow{"de;level=1,en;q=0.1", {"en"}, true},
                    LanguageRow{",,;q=1,", {"de"}, false}));

TEST(Rule, TheFirstThatHoldsWinsAndPagesAreNumberedThroughSplits) {
  Desk desk;
  const auto link = ruled(R"([
      {"when":{"country":["DE"]},"destination":"https://de.example/"},
      {"when":{"country":["AT"]},"split":[{"weight":1,"destination":"https://at1.example/"},
                                           {"weight":1,"destination":"https://at2.example/"}]},
      {"when":{"country":["DE","CH"]},"destination":"https://ch.example/"}])");
  const Visit visit{"/a"};
  EXPECT_EQ(desk.decide(visit, *link, {"DE", {}}).rule, 0U);
  const Decision split = desk.decide(visit, *link, {"AT", {}});
  ASSERT_TRUE(split.rule);
  EXPECT_EQ(split.landing.text, *split.rule == 1 ? "https://at1.example/" : "https://at2.example/");
  EXPECT_EQ(desk.decide(visit, *link, {"CH", {}}).rule, 3U);
  const Decision none = desk.decide(visit, *link, {"FR", {}});
  EXPECT_FALSE(none.rule);
  EXPECT_EQ(none.landing.text, "https://main.example/");
}

TEST(Rule, ItsPageGetsWhatTheLinksOwnGets) {
  Desk desk;
  CampaignRecord campaign;
  campaign.utm = "utm_source=camp&utm_medium=ref";
  const auto link = ruled(R"([{"destination":
      "https://rule.example/{referrer}/{click}?code={code}&utm_source=own&ch={channel}#part"}])",
                          campaign);
  const Visit visit{"/anna7?x=1&utm_medium=visitor&code=no&c=mail&wm_click=forged"};
  std::string landing = landing_of(desk, desk.answer(visit, *link));
  const std::size_t token = landing.find("rfr_anna/") + 9;
  landing.erase(token, click_token_bytes);
  EXPECT_EQ(landing,
            "https://rule.example/rfr_anna/?code=anna7&utm_source=own&ch=mail&utm_medium=ref&x=1&"
            "wm_click=#part");
}

TEST(Rule, HoldsForHeadAndPrefetchAlike) {
  Desk desk;
  const auto link = ruled(R"([{"destination":"https://rule.example/"}])");
  for (const char* method : {"GET", "HEAD"}) {
    const Visit visit{"/a", "Sec-Purpose: prefetch\r\n", method};
    const std::string answer = desk.answer(visit, *link);
    EXPECT_EQ(landing_of(desk, answer), "https://rule.example/?wm_click=");
    EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
  }
}

TEST(Rule, IsNotAskedOutsideTheLinksTime) {
  Desk desk;
  LinkRecord record;
  record.destination = "https://main.example/";
  record.rules = R"([{"destination":"https://rule.example/"}])";
  record.full = true;
  const auto link = link_to(record);
  const Decision decision = desk.decide(Visit{"/a"}, *link);
  EXPECT_EQ(decision.outcome, "full");
  EXPECT_FALSE(decision.rule);
  EXPECT_EQ(decision.landing.text, "https://main.example/");
}

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

TEST(Rule, StandsInTheClickLine) {
  Desk desk;
  const auto link = ruled(R"([{"when":{"os":["ios"]},"destination":"https://ios.example/"},
                              {"destination":"https://rule.example/"}])");
  const Visit visit{"/a"};
  const Decision decision = desk.decide(visit, *link, {"DE", {}});
  Peer peer;
  std::string line(limits::click_line_bytes_max, '\0');
  char* const end = write_click(decision, *visit, desk.agents.find(visit->user_agent), *link,
                                desk.rules, desk.keys, {}, peer, desk.now_ms, line.data());
  line.resize(static_cast<std::size_t>(end - line.data()) - 1);
  ClickLineParser parser;
  const auto click = parser.parse(line);
  ASSERT_TRUE(click) << line;
  EXPECT_EQ(click->rule, 1);
  EXPECT_EQ(click->destination, "https://rule.example/");
  EXPECT_EQ(click->country, "DE");
  EXPECT_EQ(click->link, "lnk_1");
}

}  // namespace
}  // namespace waymark::redirect::test
