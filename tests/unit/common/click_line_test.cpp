// Click lines written by the edge and read by the tracker.
#include "common/click_line.hpp"

#include "common/limits.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace waymark {
namespace {

namespace json = boost::json;

const Uuid click_id = parse_uuid("0190163d-8694-739b-b8b1-c2d3e4f50617").value();
const Uuid visitor_id = parse_uuid("0190163d-8694-7aaa-8aaa-bbbbccccdddd").value();
const Uuid previous_id = parse_uuid("018ffff8-a000-7111-a222-333344445555").value();

ClickParts full_parts() {
  return {
      .id = click_id,
      .unix_ms = 1'718'360'049'300,
      .code = "anna7",
      .link = "lnk_1",
      .campaign = "camp_spring",
      .referrer = "rfr_anna",
      .destination = "https://shop.example/welcome?a=1",
      .rule = 2,
      .host_json = R"("host":"go.example",)",
      .agent_json = R"("ua":"Mozilla/5.0 \"x\"","device":"mobile","os":"ios",)",
      .query_json = R"("query":{"utm_source":"mail","sub1":"a b"},"lang":"de",)",
      .visitor = visitor_id,
      .new_visitor = true,
      .previous = previous_id,
      .channel = "email",
      .share = "s1",
      .referring_host = "mail.example",
      .country = "DE",
      .ip = "203.0.113.0",
      .ipk = "5bc825d0653c3a10",
      .bot = "tool",
      .list = "1.60.0+eac757",
      .outcome = "expired",
      .test = true,
  };
}

std::string line_of(const ClickParts& parts) {
  std::string line(limits::click_line_bytes_max, '\0');
  const char* const end = write_click_line(parts, line.data());
  line.resize(static_cast<std::size_t>(end - line.data()));
  EXPECT_EQ(line.back(), '\n');
  line.pop_back();
  return line;
}

TEST(WriteClickLine, is_what_another_json_library_reads) {
  const json::object line = json::parse(line_of(full_parts())).as_object();
  const json::object expected = json::parse(R"({
      "v":1, "id":"0190163d-8694-739b-b8b1-c2d3e4f50617", "ts":1718360049300,
      "code":"anna7", "link":"lnk_1", "campaign":"camp_spring", "referrer":"rfr_anna",
      "destination":"https://shop.example/welcome?a=1", "rule":2, "host":"go.example",
      "visitor":"0190163d-8694-7aaa-8aaa-bbbbccccdddd", "new":true,
      "prev":"018ffff8-a000-7111-a222-333344445555", "channel":"email", "share":"s1",
      "ref":"mail.example", "query":{"utm_source":"mail","sub1":"a b"}, "lang":"de",
      "country":"DE", "ip":"203.0.113.0", "ipk":"5bc825d0653c3a10", "ua":"Mozilla/5.0 \"x\"",
      "device":"mobile", "os":"ios", "bot":"tool",
      "list":"1.60.0+eac757", "outcome":"expired", "test":true})")
                                    .as_object();
  EXPECT_EQ(line, expected) << json::serialize(line);
}

TEST(WriteClickLine, leaves_out_what_is_unknown) {
  EXPECT_EQ(line_of({.id = click_id, .unix_ms = 5}),
            R"({"v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":5})");
  EXPECT_EQ(line_of({.id = click_id, .unix_ms = 5, .host_json = R"("host":"go.example",)"}),
            R"({"v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":5,"host":"go.example"})");
}

TEST(ParseClickLine, reads_every_key) {
  ClickLineParser parser;
  const std::string line = line_of(full_parts());
  const auto click = parser.parse(line);
  ASSERT_TRUE(click);
  EXPECT_EQ(click->id, click_id);
  EXPECT_EQ(click->unix_ms, 1'718'360'049'300U);
  EXPECT_EQ(click->code, "anna7");
  EXPECT_EQ(click->host, "go.example");
  EXPECT_EQ(click->link, "lnk_1");
  EXPECT_EQ(click->campaign, "camp_spring");
  EXPECT_EQ(click->referrer, "rfr_anna");
  EXPECT_EQ(click->visitor, visitor_id);
  EXPECT_TRUE(click->new_visitor);
  EXPECT_EQ(click->previous, previous_id);
  EXPECT_EQ(click->destination, "https://shop.example/welcome?a=1");
  EXPECT_EQ(click->rule, 2);
  EXPECT_EQ(click->channel, "email");
  EXPECT_EQ(click->share, "s1");
  EXPECT_EQ(click->referring_host, "mail.example");
  EXPECT_EQ(click->query_json, R"({"utm_source":"mail","sub1":"a b"})");
  EXPECT_EQ(click->ip, "203.0.113.0");
  EXPECT_EQ(click->ipk, "5bc825d0653c3a10");
  EXPECT_EQ(click->user_agent, R"(Mozilla/5.0 "x")");
  EXPECT_EQ(click->device, "mobile");
  EXPECT_EQ(click->os, "ios");
  EXPECT_EQ(click->language, "de");
  EXPECT_EQ(click->country, "DE");
  EXPECT_EQ(click->bot, "tool");
  EXPECT_EQ(click->list, "1.60.0+eac757");
  EXPECT_EQ(click->outcome, "expired");
  EXPECT_TRUE(click->test);
}

TEST(ParseClickLine, absent_means_unknown) {
  ClickLineParser parser;
  const auto click = parser.parse(line_of({.id = click_id, .unix_ms = 5}));
  ASSERT_TRUE(click);
  EXPECT_FALSE(click->visitor);
  EXPECT_FALSE(click->previous);
  EXPECT_FALSE(click->rule);
  EXPECT_FALSE(click->new_visitor);
  EXPECT_EQ(click->code, "");
  EXPECT_TRUE(click->counted());
}

TEST(Click, counts_people_who_reached_the_page) {
  ClickLineParser parser;
  const auto counted = [&](const char* member) {
    return parser
        .parse(R"({"v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":5,)" +
               std::string{member} + "}")
        .value()
        .counted();
  };
  EXPECT_TRUE(counted(R"("new":true)"));
  EXPECT_FALSE(counted(R"("bot":"tool")"));
  EXPECT_FALSE(counted(R"("outcome":"full")"));
  EXPECT_FALSE(counted(R"("test":true)"));
}

constexpr std::string_view required = R"("v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":5)";

// What becomes of a line that holds `members` beside the required ones.
boost::system::error_code error_of(const std::string& members) {
  ClickLineParser parser;
  const auto click = parser.parse("{" + std::string{required} + "," + members + "}");
  return click ? boost::system::error_code{} : click.error();
}

TEST(ParseClickLine, skips_unknown_keys_of_any_type) {
  for (const char* value :
       {"null", "true", "false", "0", "-1.5e+3", R"("\u00e9\ud83d\ude00\/")", "[]", "{}",
        R"([1,[2,{"a":[]}],"]"])", R"({"id":"other","ts":"no number"})", "[ 1 , 2 ]",
        R"({ "a" : 1 , "b" : { } })"}) {
    EXPECT_FALSE(error_of(R"("extra":)" + std::string{value})) << value;
  }
}

TEST(ParseClickLine, refuses_bad_json_even_where_it_would_be_skipped) {
  for (const char* value : {"",
                            "nul",
                            "True",
                            "01",
                            "1.",
                            ".5",
                            "+1",
                            "-",
                            "1e",
                            "--1",
                            "'a'",
                            R"("a)",
                            R"("\x")",
                            R"("\u12")",
                            R"("\u12g4")",
                            "\"\t\"",
                            "\"\x80\"",
                            "\"\xed\xa0\x80\"",
                            "[1,]",
                            "[1 2]",
                            "[,1]",
                            "{,}",
                            R"({"a"})",
                            R"({"a":})",
                            R"({"a":1,})",
                            R"({a:1})",
                            "[",
                            "{",
                            "[}",
                            "{]",
                            "1,",
                            "1}"}) {
    EXPECT_EQ(error_of(R"("extra":)" + std::string{value}), Errc::malformed_line) << value;
  }
}

TEST(ParseClickLine, limits_nesting) {
  EXPECT_FALSE(error_of(R"("extra":)" + std::string(32, '[') + std::string(32, ']')));
  EXPECT_EQ(error_of(R"("extra":)" + std::string(33, '[') + std::string(33, ']')),
            Errc::malformed_line);
  EXPECT_EQ(error_of(R"("extra":)" + std::string(8'000, '[')), Errc::malformed_line);
}

TEST(ParseClickLine, refuses_values_of_another_type) {
  for (const char* member : {R"("ts":"5")",
                             R"("ts":5.0)",
                             R"("ts":5e3)",
                             R"("ts":-5)",
                             R"("ts":9007199254740992)",
                             R"("ts":05)",
                             R"("code":7)",
                             R"("code":null)",
                             R"("new":1)",
                             R"("new":"true")",
                             R"("visitor":"x")",
                             R"("visitor":null)",
                             R"("prev":"")",
                             R"("id":"")",
                             R"("rule":-1)",
                             R"("rule":"1")",
                             R"("query":"a=1")",
                             R"("query":[1])",
                             R"("query":null)",
                             R"("test":null)",
                             R"("v":"1")"}) {
    EXPECT_EQ(error_of(member), Errc::malformed_line) << member;
  }
}

TEST(ParseClickLine, holds_every_text_to_its_limit) {
  const auto text_of = [](const char* key, std::size_t size) {
    return '"' + std::string{key} + "\":\"" + std::string(size, 'x') + '"';
  };
  const std::vector<std::pair<const char*, std::size_t>> limits{
      {"code", 64},    {"host", 255},   {"link", 64},          {"campaign", 64}, {"referrer", 64},
      {"channel", 32}, {"share", 64},   {"ref", 255},          {"ip", 64},       {"ipk", 64},
      {"device", 64},  {"os", 64},      {"lang", 16},          {"country", 64},  {"bot", 64},
      {"outcome", 64}, {"ua", 3 * 512}, {"destination", 2'048}};
  for (const auto& [key, limit] : limits) {
    EXPECT_FALSE(error_of(text_of(key, limit))) << key;
    EXPECT_EQ(error_of(text_of(key, limit + 1)), Errc::malformed_line) << key;
  }
  EXPECT_EQ(error_of(text_of("extra", limits::click_line_bytes_max)), Errc::malformed_line);
}

TEST(ParseClickLine, the_last_of_two_equal_keys_counts) {
  ClickLineParser parser;
  const std::string line = "{" + std::string{required} +
                           R"(,"code":"a","code":"b","rule":1,"rule":7,"test":true,"test":false})";
  const auto click = parser.parse(line);
  ASSERT_TRUE(click);
  EXPECT_EQ(click->code, "b");
  EXPECT_EQ(click->rule, 7);
  EXPECT_FALSE(click->test);
}

TEST(ParseClickLine, knows_its_version) {
  ClickLineParser parser;
  const std::string id = R"("id":"0190163d-8694-739b-b8b1-c2d3e4f50617","ts":5)";
  EXPECT_TRUE(parser.parse(R"({"v":1,)" + id + "}"));
  EXPECT_TRUE(parser.parse("{" + id + R"(,"v":1})"));
  EXPECT_EQ(parser.parse(R"({"v":2,"id":{"new":"form"}})").error(), Errc::unknown_line_version);
  EXPECT_EQ(parser.parse("{" + id + R"(,"v":0})").error(), Errc::unknown_line_version);
  EXPECT_EQ(parser.parse("{" + id + "}").error(), Errc::malformed_line);
}

TEST(ParseClickLine, needs_id_and_time) {
  ClickLineParser parser;
  for (const char* line : {"", "{}", "[]", "1", "null", R"({"v":1})", R"({"v":1,"ts":5})",
                           R"({"v":1,"id":"0190163d-8694-739b-b8b1-c2d3e4f50617"})"}) {
    EXPECT_EQ(parser.parse(line).error(), Errc::malformed_line) << line;
  }
}

TEST(ParseClickLine, allows_white_space_and_nothing_else_around_tokens) {
  ClickLineParser parser;
  EXPECT_TRUE(parser.parse(
      " {\t\"v\" : 1 ,\r\n\"id\":\"0190163d-8694-739b-b8b1-c2d3e4f50617\" , \"ts\" : 5 } "));
  const std::string line = "{" + std::string{required} + "}";
  EXPECT_TRUE(parser.parse(line + "\r"));
  EXPECT_TRUE(parser.parse(line + "}").has_error());
  EXPECT_TRUE(parser.parse(line + line).has_error());
  EXPECT_TRUE(parser.parse("\xef\xbb\xbf" + line).has_error()) << "byte order mark";
}

TEST(ParseClickLine, decodes_escapes) {
  ClickLineParser parser;
  const auto agent = [&](const std::string& escaped) {
    const std::string line =
        "{" + std::string{required} + R"(,"ua":")" + escaped + R"(","os":"\u0061"})";
    const auto click = parser.parse(line);
    EXPECT_EQ(click.value().os, "a");
    return std::string{click.value().user_agent};
  };
  EXPECT_EQ(agent(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(agent(R"(a\u00e9\u20AC\ud83d\ude00z)"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
  EXPECT_EQ(agent("\xc3\xa9\\n\xe2\x82\xac"), "\xc3\xa9\n\xe2\x82\xac");
  EXPECT_EQ(agent(R"(\ud83d|\ude00|\ud83d\u0061|\ud83d\n|\u0000)"),
            "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd"
            "a|\xef\xbf\xbd\n|\xef\xbf\xbd");
}

}  // namespace
}  // namespace waymark
