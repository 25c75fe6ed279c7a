#include "common/records.hpp"

#include "common/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>

namespace waymark {
namespace {

using testing::HasSubstr;

const std::pair<std::string, std::string> destination{"destination",
                                                      "https://shop.example/welcome"};

// `<field> <problem>` of a record that must not validate.
template <class Record>
std::string problem_of(const RecordResult<Record>& result) {
  if (result.has_value()) return "nothing";
  return result.error().field + " " + result.error().problem;
}

std::string link_problem(const std::string& field, const std::string& value) {
  return problem_of(parse_link({destination, {field, value}}, {}));
}

TEST(LinkRecord, needs_a_destination_only) {
  EXPECT_EQ(parse_link({destination}, {}).value(),
            LinkRecord{.destination = "https://shop.example/welcome"});
  EXPECT_EQ(problem_of(parse_link({}, {})), "destination is missing");
  EXPECT_EQ(problem_of(parse_link({{"destination", ""}}, {})), "destination is missing");
}

TEST(LinkRecord, reads_every_field) {
  const RecordFields fields{
      {"destination", "https://shop.example/{code}?x={click}"},
      {"campaign", "camp_spring"},
      {"referrer", "rfr_anna"},
      {"link", "lnk_1"},
      {"status", "paused"},
      {"starts_at", "1700000000"},
      {"expires_at", "1800000000"},
      {"expired_url", "https://shop.example/late"},
      {"max_clicks", "500"},
      {"full", "1"},
      {"rules", R"([{"when":{"os":["ios"]},"destination":"https://a.example/"}])"},
      {"status_code", "307"},
      {"query", "drop"},
      {"title", "Spring \xe2\x82\xac"},
      {"description", "Ten off"},
      {"image", "https://shop.example/a.png"},
      {"test", "1"},
      {"alias_of", "anna6"}};
  const auto link = parse_link(fields, {});
  ASSERT_TRUE(link) << problem_of(link);
  EXPECT_EQ(link->status, LinkStatus::paused);
  EXPECT_EQ(link->starts_at, 1'700'000'000);
  EXPECT_EQ(link->expires_at, 1'800'000'000);
  EXPECT_EQ(link->max_clicks, 500U);
  EXPECT_EQ(link->status_code, 307);
  EXPECT_EQ(link->query, QueryPolicy::drop);
  EXPECT_TRUE(link->full);
  EXPECT_TRUE(link->test);
  EXPECT_EQ(link_fields(*link), fields) << "written again in the same order";
}

TEST(LinkRecord, names_the_field_that_is_wrong) {
  EXPECT_THAT(link_problem("campaign", "a b"), HasSubstr("campaign must be"));
  EXPECT_THAT(link_problem("link", std::string(65, 'a')), HasSubstr("link must be"));
  EXPECT_THAT(link_problem("status", "Active"), HasSubstr("status must be active, paused"));
  EXPECT_THAT(link_problem("starts_at", "tomorrow"), HasSubstr("starts_at must be"));
  EXPECT_THAT(link_problem("starts_at", "-1"), HasSubstr("starts_at must be"));
  EXPECT_THAT(link_problem("expires_at", "1e9"), HasSubstr("expires_at must be"));
  EXPECT_THAT(link_problem("expires_at", "1700000000000"), HasSubstr("expires_at must be"))
      << "milliseconds: a link that never ends";
  EXPECT_THAT(link_problem("max_clicks", "99999999999999999999"), HasSubstr("max_clicks must be"));
  EXPECT_THAT(link_problem("full", "yes"), HasSubstr("full must be 0 or 1"));
  EXPECT_THAT(link_problem("test", "true"), HasSubstr("test must be 0 or 1"));
  EXPECT_THAT(link_problem("status_code", "304"), HasSubstr("status_code must be"));
  EXPECT_THAT(link_problem("query", "keep"), HasSubstr("query must be pass or drop"));
  EXPECT_THAT(link_problem("title", "a\nb"), HasSubstr("title holds a control character"));
  EXPECT_THAT(link_problem("title", "\xff"), HasSubstr("title is not UTF-8"));
  EXPECT_THAT(link_problem("image", "/a.png"), HasSubstr("image must start with https://"));
  EXPECT_THAT(link_problem("alias_of", "a/b"), HasSubstr("alias_of must be a code"));
  EXPECT_THAT(link_problem("expired_url", "ftp://x.example/"), HasSubstr("expired_url must start"));
}

TEST(LinkRecord, rules_lead_nowhere_that_a_destination_may_not) {
  EXPECT_EQ(link_problem("rules", "[]"), "nothing");
  EXPECT_EQ(link_problem("rules", R"([{"destination":"https://a.example/"}])"), "nothing");
  EXPECT_EQ(
      link_problem("rules", R"([{"split":[{"weight":1,"destination":"https://a.example/"}]}])"),
      "nothing");
  for (const char* rules :
       {"[", "{}", "[1]", "[{}]", R"([{"destination":1}])", R"([{"destination":"javascript:x"}])",
        R"([{"split":[]}])", R"([{"split":{}}])", R"([{"split":[{"weight":1}]}])",
        R"([{"split":[{"weight":1,"destination":"//a.example/"}]}])"}) {
    EXPECT_THAT(link_problem("rules", rules), testing::StartsWith("rules ")) << rules;
  }
}

TEST(LinkRecord, leaves_unknown_fields_to_their_owners) {
  EXPECT_TRUE(parse_link({destination, {"crm_note", "\x01 anything"}}, {}));
}

TEST(LinkRecord, an_alias_needs_no_destination) {
  EXPECT_EQ(parse_link({{"alias_of", "anna7"}}, {}).value(), LinkRecord{.alias_of = "anna7"});
}

TEST(LinkRecord, is_limited_in_size) {
  EXPECT_THAT(link_problem("note", std::string(limits::record_bytes_max, 'x')),
              HasSubstr("longer than 16 KiB"));
}

std::string campaign_problem(const std::string& field, const std::string& value) {
  return problem_of(parse_campaign({{field, value}}));
}

TEST(CampaignRecord, is_live_for_60_days_unless_told_otherwise) {
  const auto campaign = parse_campaign({});
  ASSERT_TRUE(campaign);
  EXPECT_EQ(campaign->status, CampaignStatus::live);
  EXPECT_EQ(campaign->window_seconds(), 60U * 86'400U);
  EXPECT_EQ(campaign->cookies, CookiePolicy::always);
  EXPECT_EQ(campaign->referrer_policy, "strict-origin-when-cross-origin");
  EXPECT_TRUE(campaign_fields(*campaign).empty());
}

TEST(CampaignRecord, reads_every_field) {
  const RecordFields fields{{"status", "testing"},
                            {"window_days", "0.5"},
                            {"cookies", "consent"},
                            {"fallback_url", "https://shop.example/over"},
                            {"utm", "utm_source=ref&utm_campaign=%7Bx%7D"},
                            {"referrer_policy", "origin"}};
  const auto campaign = parse_campaign(fields);
  ASSERT_TRUE(campaign) << problem_of(campaign);
  EXPECT_EQ(campaign->window_seconds(), 43'200U);
  EXPECT_EQ(campaign_fields(*campaign), fields);
}

TEST(CampaignRecord, names_the_field_that_is_wrong) {
  for (const char* days : {"0", "-1", "x", "nan", "inf", "1e1", "3651", "60 ", "0.000001"}) {
    EXPECT_THAT(campaign_problem("window_days", days), HasSubstr("window_days must be")) << days;
  }
  EXPECT_THAT(campaign_problem("status", "on"), HasSubstr("status must be draft"));
  EXPECT_THAT(campaign_problem("cookies", "yes"), HasSubstr("cookies must be always"));
  EXPECT_THAT(campaign_problem("utm", "?a=1"), HasSubstr("utm must be"));
  EXPECT_THAT(campaign_problem("utm", "a=b c"), HasSubstr("utm must be"));
  EXPECT_THAT(campaign_problem("utm", "a=b#c"), HasSubstr("utm must be"));
  EXPECT_THAT(campaign_problem("utm", "a=b\r\nX: y"), HasSubstr("utm must be"));
  EXPECT_THAT(campaign_problem("referrer_policy", "origin\r\nX: y"), HasSubstr("Referrer-Policy"));
  EXPECT_THAT(campaign_problem("fallback_url", "shop.example"),
              HasSubstr("fallback_url must start"));
}

RC_GTEST_PROP(CampaignRecord, keeps_its_window_through_the_text, ()) {
  const double days = *rc::gen::inRange(1, 3'650'000) / 1'000.0;
  const auto again = parse_campaign(campaign_fields({.window_days = days}));
  RC_ASSERT(again.value().window_days == days);
}

TEST(DomainRecord, reads_every_field) {
  const RecordFields fields{{"cookie_domain", "shop.example"},
                            {"root_url", "https://shop.example/"},
                            {"fallback_url", "https://shop.example/unknown"},
                            {"robots", "User-agent: *\nDisallow:\n"}};
  const auto domain = parse_domain(fields);
  ASSERT_TRUE(domain) << problem_of(domain);
  EXPECT_EQ(domain_fields(*domain), fields);
  EXPECT_EQ(parse_domain({}).value(), DomainRecord{});
}

TEST(DomainRecord, names_the_field_that_is_wrong) {
  EXPECT_THAT(problem_of(parse_domain({{"cookie_domain", "x; Secure"}})),
              HasSubstr("cookie_domain must be a host name"));
  EXPECT_THAT(problem_of(parse_domain({{"root_url", "/start"}})), HasSubstr("root_url must start"));
  EXPECT_THAT(problem_of(parse_domain({{"robots", std::string{"a\0b", 3}}})),
              HasSubstr("robots holds a control character"));
}

TEST(DomainRecord, ItsCookieDomainIsTheHostOrAbove) {
  for (const char* name : {"go.shop.example", "shop.example", ".shop.example", "Shop.Example"}) {
    EXPECT_TRUE(is_cookie_domain_of(name, "go.shop.example")) << name;
  }
  for (const char* name : {"example", "op.example", "a.go.shop.example", "other.example",
                           "shop.example.", "go.shop.exampl", "", "."}) {
    EXPECT_FALSE(is_cookie_domain_of(name, "go.shop.example")) << name;
  }
  EXPECT_TRUE(is_cookie_domain_of("localhost", "localhost"));
}

// Wherever visitors are sent.
TEST(Record, fallbacks_lead_nowhere_that_a_destination_may_not) {
  const DestinationPolicy policy = destination_policy("https://go.example", {"shop.example"});
  for (const auto& [url, problem] :
       {std::pair{"https://shop.example/late", ""},
        std::pair{"https://go.example/late", "leads to our own short links"},
        std::pair{"https://evil.example/", "outside destinations.allow"},
        std::pair{"https://shop.example/{code}", "holds a placeholder"}}) {
    const std::string said = *problem == '\0' ? "nothing" : problem;
    EXPECT_THAT(problem_of(parse_link({destination, {"expired_url", url}}, policy)),
                HasSubstr(said));
    EXPECT_THAT(problem_of(parse_campaign({{"fallback_url", url}}, policy)), HasSubstr(said));
    EXPECT_THAT(problem_of(parse_domain({{"fallback_url", url}}, policy)), HasSubstr(said));
  }
  const auto root = [&](const char* url) {
    return problem_of(parse_domain({{"root_url", url}}, policy));
  };
  EXPECT_THAT(root("https://evil.example/"), HasSubstr("outside destinations.allow"));
  const DestinationPolicy anywhere = destination_policy("https://go.example", {});
  EXPECT_THAT(problem_of(parse_domain({{"root_url", "https://go.example/"}}, anywhere)),
              HasSubstr("leads to our own short links"));
  EXPECT_THAT(problem_of(parse_domain({{"root_url", "https://go.example/about"}}, anywhere)),
              "nothing")
      << "a link of ours, which leads on";
}

}  // namespace
}  // namespace waymark
