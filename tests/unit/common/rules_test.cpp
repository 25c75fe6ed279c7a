// Rules of a link: what is read, and that nothing half-understood gets through.
#include "common/limits.hpp"
#include "common/link_rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace waymark {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string problem_of(std::string_view rules, const DestinationPolicy& policy = {}) {
  const auto parsed = parse_rules(rules, policy);
  return parsed.has_value() ? "nothing" : parsed.error().field + " " + parsed.error().problem;
}

// What is wrong with a single condition.
std::string problem_with(std::string_view when) {
  return problem_of(R"([{"destination":"https://a.example/"},{"when":)" + std::string{when} +
                    R"(,"destination":"https://b.example/"}])");
}

TEST(Rules, read_every_condition) {
  const auto rules = parse_rules(R"([
      {"when":{"device":["mobile","tablet"],"os":["ios"],"country":["DE","at"],
               "language":["de","pt-BR"],"from":1767225600,"until":1767312000,
               "query":{"src":"qr","plan":["a b","c"],"gclid":true}},
       "destination":"https://a.example/{code}"},
      {"split":[{"weight":3,"destination":"https://b.example/"},
                {"weight":1,"destination":"https://c.example/"}]}])",
                                 {});
  ASSERT_TRUE(rules) << rules.error().problem;
  ASSERT_EQ(rules->size(), 2U);
  RuleConditions when;
  when.devices = 0b0011;
  when.systems = 0b0001;
  when.countries = "DEAT";
  when.languages = {"de", "pt-br"};
  when.from = 1'767'225'600;
  when.until = 1'767'312'000;
  when.query = {{"src", {"qr"}}, {"plan", {"a b", "c"}}, {"gclid", {}}};
  EXPECT_EQ((*rules)[0], (LinkRule{when, {{"https://a.example/{code}", 1}}}));
  EXPECT_EQ((*rules)[1], (LinkRule{{}, {{"https://b.example/", 3}, {"https://c.example/", 1}}}));
}

TEST(Rules, an_empty_list_is_no_condition) {
  const auto rules = parse_rules(
      R"([{"when":{"device":[],"os":[],"country":[],"language":[],"query":{}},
           "destination":"https://a.example/"}])",
      {});
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->front().when, RuleConditions{});
}

struct WrongCondition {
  const char* when;
  const char* problem;
};

class WrongConditions : public testing::TestWithParam<WrongCondition> {};

TEST_P(WrongConditions, are_named) {
  EXPECT_THAT(problem_with(GetParam().when),
              HasSubstr(std::string{"rules/1 "} + GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    rows, WrongConditions,
    testing::Values(
        WrongCondition{"[]", "when must be an object"},
        WrongCondition{R"({"devices":["mobile"]})", "when.'devices' is no key here; known are"},
        WrongCondition{R"({"device":"mobile"})", "when.device must be a list of texts"},
        WrongCondition{R"({"device":[1]})", "when.device must be a list of texts"},
        WrongCondition{R"({"device":["phone"]})", "when.device must be of mobile, tablet"},
        WrongCondition{R"({"os":["iOS"]})",
                       "when.os must be of ios, android, windows, macos, "
                       "linux, chromeos, other, and 'iOS' is none"},
        WrongCondition{R"({"country":["UK"]})",
                       "when.country must hold codes of ISO 3166-1 with two letters, such as DE "
                       "and GB, and 'UK' is none"},
        WrongCondition{R"({"country":["DEU"]})", "when.country must hold codes of ISO 3166-1"},
        WrongCondition{R"({"country":["AD","DA"]})", "when.country must hold codes"},
        WrongCondition{R"({"country":[""]})", "when.country must hold codes of ISO 3166-1"},
        WrongCondition{R"({"language":["de_DE"]})",
                       "when.language must hold language tags, such "
                       "as de and pt-BR, and 'de_DE' is none"},
        WrongCondition{R"({"language":["*"]})", "when.language must hold language tags"},
        WrongCondition{R"({"language":["d"]})", "when.language must hold language tags"},
        WrongCondition{R"({"language":["de-"]})", "when.language must hold language tags"},
        WrongCondition{R"({"query":["a"]})", "when.query must be an object"},
        WrongCondition{R"({"query":{"a":1}})", "when.query must hold for each parameter"},
        WrongCondition{R"({"query":{"a":false}})", "when.query must hold for each parameter"},
        WrongCondition{R"({"query":{"a":[]}})", "when.query must hold for each parameter"},
        WrongCondition{R"({"query":{"":"x"}})", "when.query has a parameter without name"},
        WrongCondition{R"({"from":"2026-01-01T00:00:00Z"})", "when.from must be a time in unix"},
        WrongCondition{R"({"until":-1})", "when.until must be a time in unix seconds"},
        WrongCondition{R"({"from":1.5})", "when.from must be a time in unix seconds"},
        WrongCondition{R"({"from":2,"until":2})", "when.until must be later than from"}));

TEST(Rules, a_mistake_beside_the_conditions_is_named) {
  EXPECT_THAT(problem_of("[{}]"), HasSubstr("rules/0 has no destination"));
  EXPECT_THAT(problem_of(R"([{"destination":"https://a.example/","whne":{}}])"),
              HasSubstr("'whne' is no key here; known are when, destination and split"));
  EXPECT_THAT(problem_of(R"([{"destination":"https://a.example/","split":[]}])"),
              HasSubstr("has both destination and split"));
  for (const char* weight : {"0", "-1", "1.5", "\"1\"", "1000001", "null"}) {
    EXPECT_THAT(problem_of(std::string{R"([{"split":[{"destination":"https://a.example/",)"} +
                           R"("weight":)" + weight + "}]}]"),
                HasSubstr("split's weight must be a whole number from 1 to 1000000"))
        << weight;
  }
  EXPECT_THAT(problem_of(R"([{"split":[{"destination":"https://a.example/"}]}])"),
              HasSubstr("split has an entry without weight"));
}

// The last one would count, and the rule hold for everybody.
TEST(Rules, name_nothing_twice) {
  const auto rule = [](const std::string& members) {
    return "[{" + members + R"("destination":"https://a.example/"}])";
  };
  for (const auto& [members, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"("when":{"country":["DE"]},"when":{},)", "when"},
           {R"("when":{"country":["DE"],"country":[]},)", "country"},
           {R"("when":{"query":{"a":"1","b":"\",\"a\":","a":true}},)", "a"},
           {R"("when":{},"wh\u0065n":{},)", "when"},
           {R"("destination":"https://b.example/",)", "destination"}}) {
    EXPECT_THAT(problem_of(rule(members)),
                HasSubstr("names '" + std::string{name} + "' twice in one object"));
  }
  EXPECT_EQ(problem_of(rule(R"("when":{"query":{"a":"a","when":["a","a"],"\"a\":":"when"}},)")),
            "nothing");
}

TEST(Rules, lead_only_where_links_may) {
  const DestinationPolicy policy{.own = {{"go.example"}}, .allow = {}};
  EXPECT_THAT(problem_of(R"([{"destination":"https://go.example/x"}])", policy),
              HasSubstr("destination leads to our own short links"));
  EXPECT_THAT(
      problem_of(R"([{"split":[{"weight":1,"destination":"https://go.example/x"}]}])", policy),
      HasSubstr("split's destination leads to our own short links"));
}

TEST(Rules, keep_their_limits) {
  const auto list_of = [](std::size_t size, const std::string& entry) {
    std::string text = "[";
    for (std::size_t i = 0; i < size; ++i) text += (i == 0 ? "" : ",") + entry;
    return text + "]";
  };
  const std::string rule = R"({"destination":"https://a.example/"})";
  EXPECT_EQ(problem_of(list_of(limits::rules_max, rule)), "nothing");
  EXPECT_THAT(problem_of(list_of(limits::rules_max + 1, rule)), HasSubstr("more than 64 entries"));
  const std::string variant = R"({"weight":1,"destination":"https://a.example/"})";
  const auto split_of = [&](std::size_t size) {
    return R"([{"split":)" + list_of(size, variant) + "}]";
  };
  EXPECT_EQ(problem_of(split_of(limits::split_variants_max)), "nothing");
  EXPECT_THAT(problem_of(split_of(limits::split_variants_max + 1)), HasSubstr("more than 32"));
  const auto countries_of = [&](std::size_t size) {
    return R"({"country":)" + list_of(size, R"("DE")") + "}";
  };
  EXPECT_EQ(problem_with(countries_of(limits::rule_values_max)), "nothing");
  EXPECT_THAT(problem_with(countries_of(limits::rule_values_max + 1)), HasSubstr("more than 256"));
}

// --- whatever is written there ---

// JSON as somebody might write it who has half understood the format.
json::value some_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return *rc::gen::arbitrary<std::int64_t>();
    case 3:
      return *rc::gen::element<const char*>("mobile", "ios", "DE", "de", "https://a.example/", "");
    case 4:
      return *rc::gen::arbitrary<double>();
    case 5:
      return json::string{*rc::gen::arbitrary<std::string>()};
    case 6: {
      json::array list;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(some_value(depth - 1));
      return list;
    }
    default: {
      json::object object;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        object[*rc::gen::element<const char*>("when", "destination", "split", "weight", "device",
                                              "os", "country", "language", "query", "from", "until",
                                              "x")] = some_value(depth - 1);
      }
      return object;
    }
  }
}

void expect_whole_or_refused(const std::string& text) {
  const auto rules = parse_rules(text, {});
  if (rules.has_error()) {
    RC_ASSERT(rules.error().field.starts_with("rules"));
    RC_ASSERT(!rules.error().problem.empty());
    return;
  }
  for (const LinkRule& rule : *rules) {
    RC_ASSERT(!rule.variants.empty());
    RC_ASSERT(rule.when.from < rule.when.until);
    RC_ASSERT(rule.when.countries.size() % 2 == 0);
    for (const RuleVariant& variant : rule.variants) {
      RC_ASSERT(variant.weight >= 1);
      RC_ASSERT(check_destination(variant.destination, {}).has_value());
    }
  }
}

RC_GTEST_PROP(Rules, are_whole_or_refused_for_any_json, ()) {
  json::array list;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) list.push_back(some_value(5));
  expect_whole_or_refused(json::serialize(list));
}

// A good text of which a few bytes were changed.
RC_GTEST_PROP(Rules, are_whole_or_refused_when_damaged, ()) {
  std::string text =
      R"([{"when":{"device":["mobile"],"country":["DE"],"language":["de-AT"],"query":{"a":"b"},)"
      R"("from":1,"until":2},"split":[{"weight":1,"destination":"https://a.example/"}]}])";
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  }
  expect_whole_or_refused(text);
}

RC_GTEST_PROP(Rules, of_any_bytes_are_refused_or_whole, (const std::string& text)) {
  expect_whole_or_refused(text);
}

}  // namespace
}  // namespace waymark
