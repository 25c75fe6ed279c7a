// Every value that a rule may ask for, met by a visitor of that kind and by no other.
#include "common/link_rules.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace waymark::redirect::test {
namespace {

// A link with a rule for each word: its page is https://<word>.example/.
std::shared_ptr<const ResolvedLink> ruled(std::string_view condition,
                                          std::span<const std::string_view> words) {
  std::string rules;
  for (const std::string_view word : words) {
    rules += rules.empty() ? "[" : ",";
    rules.append(R"({"when":{")").append(condition).append(R"(":[")").append(word);
    rules.append(R"("]},"destination":"https://)").append(word).append(R"(.example/"})");
  }
  LinkRecord record;
  record.destination = "https://main.example/";
  record.rules = rules + "]";
  return link_to(record);
}

struct Visitor {
  const char* device;
  const char* system;
  const char* agent;
};

constexpr Visitor visitors[] = {
    {"mobile", "ios",
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
     "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"},
    {"tablet", "ios",
     "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.5 Mobile/15E148 Safari/604.1"},
    {"mobile", "android",
     "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
     "Mobile Safari/537.36"},
    {"tablet", "android",
     "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
     "Safari/537.36"},
    {"desktop", "windows",
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/126.0.0.0 Safari/537.36"},
    {"desktop", "macos",
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Version/17.5 Safari/605.1.15"},
    {"desktop", "linux", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
    {"desktop", "chromeos",
     "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/126.0.0.0 Safari/537.36"},
    {"mobile", "other", "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 KAIOS/2.5"},
    {"other", "other", "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15"}};

std::string page_for(const Visitor& visitor, const ResolvedLink& link) {
  Desk desk;
  const Visit visit{"/a"};
  const Agent agent = classify_agent(visitor.agent);
  return std::string{redirect::decide(*visit, agent, link, desk.rules, desk.keys, desk.now_ms,
                                      desk.ids, desk.scratch)
                         .landing.text};
}

TEST(RuleValues, EveryDeviceIsMet) {
  const auto link = ruled("device", device_names);
  std::set<std::string> met;
  for (const Visitor& visitor : visitors) {
    EXPECT_EQ(page_for(visitor, *link), "https://" + std::string{visitor.device} + ".example/")
        << visitor.agent;
    met.insert(visitor.device);
  }
  EXPECT_EQ(met.size(), device_names.size());
}

TEST(RuleValues, EverySystemIsMet) {
  const auto link = ruled("os", system_names);
  std::set<std::string> met;
  for (const Visitor& visitor : visitors) {
    EXPECT_EQ(page_for(visitor, *link), "https://" + std::string{visitor.system} + ".example/")
        << visitor.agent;
    met.insert(visitor.system);
  }
  EXPECT_EQ(met.size(), system_names.size());
}

// The list of tzdata, which Debian takes from the standard's.
std::vector<std::string> countries_of_iso() {
  std::ifstream in{"/usr/share/zoneinfo/iso3166.tab"};
  std::vector<std::string> countries;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) countries.push_back(line.substr(0, 2));
  }
  return countries;
}

TEST(RuleValues, EveryCountryIsMet) {
  const auto countries = countries_of_iso();
  if (countries.empty()) GTEST_SKIP() << "/usr/share/zoneinfo/iso3166.tab is missing (tzdata)";
  EXPECT_GT(countries.size(), 200U);
  Desk desk;
  for (const std::string& country : countries) {
    const std::string_view one[] = {country};
    const auto link = ruled("country", one);
    ASSERT_NE(link, nullptr) << country;
    const Visit visit{"/a"};
    EXPECT_EQ(desk.decide(visit, *link, {country, {}}).rule, 0U) << country;
    EXPECT_FALSE(desk.decide(visit, *link, {country == "DE" ? "AT" : "DE", {}}).rule) << country;
  }
}

TEST(RuleValues, NoOtherTextIsACountry) {
  const auto countries = countries_of_iso();
  if (countries.empty()) GTEST_SKIP() << "/usr/share/zoneinfo/iso3166.tab is missing (tzdata)";
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      const std::string text{a, b};
      const bool known = text == "XK" || std::ranges::find(countries, text) != countries.end();
      EXPECT_EQ(is_country(text), known) << text;
    }
  }
}

// Either end of the time may be open.
TEST(RuleValues, FromAndUntilStandAlone) {
  Desk desk;
  const auto rule_holds = [&](const std::string& when) {
    LinkRecord record;
    record.destination = "https://main.example/";
    record.rules = R"([{"when":)" + when + R"(,"destination":"https://rule.example/"}])";
    return desk.decide(Visit{"/a"}, *link_to(record)).rule.has_value();
  };
  EXPECT_TRUE(rule_holds(R"({"from":1767268800})"));
  EXPECT_FALSE(rule_holds(R"({"from":1767268801})"));
  EXPECT_FALSE(rule_holds(R"({"until":1767268800})"));
  EXPECT_TRUE(rule_holds(R"({"until":1767268801})"));
}

}  // namespace
}  // namespace waymark::redirect::test
