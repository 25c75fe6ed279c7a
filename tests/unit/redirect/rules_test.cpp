// Rules at work: which of them holds for whom, and what a visitor gets from the page it names.
#include "redirect/decide/rules.hpp"

#include "common/click_line.hpp"
#include "common/limits.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <string>

namespace waymark::redirect::test {
namespace {

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
  const Visit visit{"/a"};
  const auto holds_on = [&](std::string_view device, std::string_view os) {
    const Agent agent{{}, device, os};
    return choose_landing(*link->rules(), {*visit, agent, {}, 0}, {}).has_value();
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

TEST(Rule, LooksAtTheFirstOfManyParameters) {
  const auto holds_behind = [](std::size_t others) {
    std::string target = "/a?";
    for (std::size_t i = 0; i < others; ++i) target += "x=%31&&";
    return holds_for(R"({"query":{"src":"qr"}})", Visit{target + "src=qr"});
  };
  EXPECT_TRUE(holds_behind(limits::rule_parameters_max - 1));
  EXPECT_FALSE(holds_behind(limits::rule_parameters_max));
}

// Seconds of this thread's CPU for a decision, the least of several tries.
double cost_of(const Visit& visit, const ResolvedLink& link) {
  const auto cpu_seconds = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  constexpr int decisions = 20;
  Desk desk;
  double least = std::numeric_limits<double>::infinity();
  for (int tries = 0; tries < 20; ++tries) {
    const double begin = cpu_seconds();
    for (int i = 0; i < decisions; ++i) EXPECT_FALSE(desk.decide(visit, link).rule);
    least = std::min(least, cpu_seconds() - begin);
  }
  return least / decisions;
}

// One visitor's longest header once cost 430 ordinary requests, their longest query 130: all others
// of the thread waited for it. It is 4 and 20 now.
TEST(Rule, CostsLittleWhateverAVisitorSends) {
  std::string rules;
  for (std::size_t i = 0; i < limits::rules_max; ++i) {
    const std::string number = std::to_string(i);
    rules += i == 0 ? "[" : ",";
    rules += i % 2 == 0 ? R"({"when":{"language":["de-)" + number + R"(1"]})"
                        : R"({"when":{"query":{"p":")" + number + R"("}})";
    rules += R"(,"destination":"https://rule.example/"})";
  }
  const auto link = ruled(rules + "]");
  const std::string languages = "Accept-Language: en-US,en;q=0.9,de;q=0.8\r\n";
  std::string many_languages = "Accept-Language: de";
  while (many_languages.size() < 7'500) many_languages += ",de";
  std::string long_target = "/a?p=x";
  while (long_target.size() < 4'000) long_target += "&p=x";
  const double ordinary = cost_of(Visit{"/a?utm_source=mail&p=x", languages}, *link);
  EXPECT_LT(cost_of(Visit{"/a?p=x", many_languages + "\r\n"}, *link), 60 * ordinary);
  EXPECT_LT(cost_of(Visit{long_target, languages}, *link), 60 * ordinary);
}

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
