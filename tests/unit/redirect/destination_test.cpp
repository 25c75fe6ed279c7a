#include "redirect/decide/query.hpp"
#include "visit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

namespace waymark::redirect::test {
namespace {

struct Row {
  const char* destination;
  const char* utm;
  const char* target;
  const char* landing;  // without the token
};

class Destinations : public testing::TestWithParam<Row> {};

TEST_P(Destinations, AreBuilt) {
  Desk desk;
  CampaignRecord campaign;
  campaign.utm = GetParam().utm;
  const auto link = link_to(GetParam().destination, campaign);
  ASSERT_NE(link, nullptr);
  const Visit visit{GetParam().target};
  ASSERT_EQ(visit.refusal(), Refusal::none);
  EXPECT_EQ(landing_of(desk, desk.answer(visit, *link)), GetParam().landing);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Destinations,
    testing::Values(
        Row{"https://s.example/a", "", "/anna7", "https://s.example/a?wm_click="},
        Row{"https://s.example", "", "/anna7", "https://s.example/?wm_click="},
        Row{"https://s.example?x=1", "", "/anna7", "https://s.example/?x=1&wm_click="},
        Row{"https://s.example/a?x=1#part", "", "/anna7", "https://s.example/a?x=1&wm_click=#part"},
        Row{"https://s.example/a?", "", "/anna7", "https://s.example/a?wm_click="},
        Row{"https://s.example/a?x&", "", "/anna7", "https://s.example/a?x&wm_click="},
        Row{"https://s.example/a?q=what?", "", "/anna7", "https://s.example/a?q=what?&wm_click="},
        // The visitor's own parameters pass, reserved ones do not.
        Row{"https://s.example/a", "", "/anna7?sub1=7&c=mail&s=tag&wm_click=forged&wm_x=1",
            "https://s.example/a?sub1=7&wm_click="},
        Row{"https://s.example/a", "", "/anna7?%77m_click=forged&%63=x",
            "https://s.example/a?wm_click="},
        // What the firm sets always wins: over the visitor, and the link over its campaign.
        Row{"https://s.example/a?x=1", "", "/anna7?x=2&y=3",
            "https://s.example/a?x=1&y=3&wm_click="},
        Row{"https://s.example/a?utm_source=own", "utm_source=camp&utm_medium=ref", "/anna7",
            "https://s.example/a?utm_source=own&utm_medium=ref&wm_click="},
        Row{"https://s.example/a", "utm_source=camp", "/anna7?utm_source=visitor&utm_term=t",
            "https://s.example/a?utm_source=camp&utm_term=t&wm_click="},
        // Also where the page would take another name for the same, as PHP does.
        Row{"https://s.example/a?a.b=1", "utm_source=camp",
            "/anna7?utm.source=evil&utm+source=evil&%20utm_source=evil&utm%5Bsource=evil&"
            "utm_source%5Bx%5D=evil&utm_source[]=evil&utm_source%00x=evil&a_b=2&utm_sourced=t",
            "https://s.example/a?a.b=1&utm_source=camp&utm_sourced=t&wm_click="},
        Row{"https://s.example/a?utm.source=own", "utm_source=camp",
            "/anna7?wm.click=x&wm[x]=y&w.m=1",
            "https://s.example/a?utm.source=own&wm[x]=y&w.m=1&wm_click="},
        // A token that the firm copied along with the address gives way to the click's own.
        Row{"https://s.example/a?wm_click=AZAWPYaUc5u4scLT5PUGF7Hmt5dEMj6N", "", "/anna7",
            "https://s.example/a?wm_click="},
        Row{"https://s.example?x=1&&%77m_click=old&y=2&wm_click#part", "wm_click=old&utm_term=t",
            "/anna7", "https://s.example/?x=1&y=2&utm_term=t&wm_click=#part"},
        Row{"https://s.example/a?x=1&wm_click={click}", "", "/anna7",
            "https://s.example/a?x=1&wm_click="},
        Row{"https://s.example/a?x=what?&wm_click=old&y=2", "", "/anna7",
            "https://s.example/a?x=what?&y=2&wm_click="},
        Row{"https://s.example/a?b&&my_wm_click", "", "/anna7",
            "https://s.example/a?b&&my_wm_click&wm_click="},
        // Octets that RFC 3986 leaves out of queries leave encoded; what is encoded stays.
        Row{"https://s.example/a", "", "/anna7?q={x}|\"y\"&z=%41%zz",
            "https://s.example/a?q=%7Bx%7D%7C%22y%22&z=%41%zz&wm_click="},
        Row{"https://s.example/a", "",
            "/anna7?&&x&=novalue&y=", "https://s.example/a?x&y=&wm_click="},
        // Placeholders.
        Row{"https://s.example/{campaign}/{referrer}?code={code}&ch={channel}", "", "/anna7?c=mail",
            "https://s.example/camp_spring/rfr_anna?code=anna7&ch=mail&wm_click="},
        Row{"https://s.example/{unknown}", "", "/anna7", "https://s.example/{unknown}?wm_click="}));

TEST(Destination, DropsTheVisitorsQueryWhenTheLinkSaysSo) {
  Desk desk;
  LinkRecord record;
  record.destination = "https://s.example/";
  record.query = QueryPolicy::drop;
  EXPECT_EQ(landing_of(desk, desk.answer(Visit{"/a?x=1"}, *link_to(record))),
            "https://s.example/?wm_click=");
}

TEST(Destination, FillsTheTokenWhereTheFirmWantsIt) {
  Desk desk;
  const auto link = link_to("https://s.example/in/{click}?t={click}");
  const std::string location = header_of(desk.answer(Visit{"/a"}, *link), "Location");
  const std::string token = location.substr(21, click_token_bytes);
  EXPECT_EQ(location, "https://s.example/in/" + token + "?t=" + token + "&wm_click=" + token);
}

TEST(Destination, WhatFillsTheEndOfAQueryStaysApart) {
  Desk desk;
  for (const char* start : {"https://s.example/?", "https://s.example/?a&"}) {
    const auto link = link_to(std::string{start} + "{click}");
    const std::string location = header_of(desk.answer(Visit{"/a?x=1"}, *link), "Location");
    const std::string token = location.substr(std::string_view{start}.size(), click_token_bytes);
    EXPECT_EQ(location, start + token + "&x=1&wm_click=" + token);
  }
}

std::vector<std::string> parameters_of(const std::string& url) {
  std::vector<std::string> parameters;
  const std::string head = url.substr(0, url.find('#'));
  std::size_t at = head.find('?');
  while (at != std::string::npos) {
    const std::size_t end = head.find('&', at + 1);
    parameters.push_back(head.substr(at + 1, end - at - 1));
    at = end;
  }
  return parameters;
}

bool is_click_token(const std::string& parameter) {
  return parameter_key(parameter.substr(0, parameter.find('='))) == "wm_click";
}

// Each as PHP 8.2 has it in $_GET.
TEST(ParameterKey, IsTheNameThatPhpReads) {
  for (const auto& [name, key] :
       std::initializer_list<std::pair<const char*, const char*>>{{"utm_source", "utm_source"},
                                                                  {"utm.source", "utm_source"},
                                                                  {"utm+source", "utm_source"},
                                                                  {"utm%20source", "utm_source"},
                                                                  {"utm[source", "utm_source"},
                                                                  {"utm_source[a]", "utm_source"},
                                                                  {"utm_source[", "utm_source_"},
                                                                  {"+%20utm.source", "utm_source"},
                                                                  {"utm_source%00y", "utm_source"},
                                                                  {"utm[so.urce", "utm_so_urce"},
                                                                  {"utm_source]", "utm_source]"},
                                                                  {"utm%5Fsource", "utm_source"},
                                                                  {"utm[sou]rce", "utm"},
                                                                  {"utm.sou[rce", "utm_sou_rce"},
                                                                  {"%09utm", "\tutm"},
                                                                  {"", ""}}) {
    EXPECT_EQ(parameter_key(name), key) << name;
  }
}

// However a query is put together: the token stands there once, last, and what the firm has set
// stands apart from it.
RC_GTEST_PROP(Destination, HasTheTokenOnceAndLastWhateverTheQuery, ()) {
  Desk desk;
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"a",
                                                                 "b=1",
                                                                 "x=",
                                                                 "=v",
                                                                 "&",
                                                                 "?",
                                                                 "&&",
                                                                 "utm_source=q",
                                                                 "wm_click=old",
                                                                 "%77m_click",
                                                                 "wm.click=old",
                                                                 "/",
                                                                 "{click}",
                                                                 "t={click}",
                                                                 "c={channel}",
                                                                 "a=b?c",
                                                                 "a=b&c",
                                                                 ";",
                                                                 "+",
                                                                 "%20",
                                                                 "{code}"});
  const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
  std::string query;
  for (const std::string& text : pieces) query += text;
  CampaignRecord campaign;
  campaign.utm = *rc::gen::elementOf(
      std::vector<std::string>{"", "utm_source=camp", "utm_medium=m&wm_click=bad&"});
  const auto link = link_to("https://s.example/?" + query, campaign);
  RC_PRE(link != nullptr);
  const std::string location =
      header_of(desk.answer(Visit{"/a?s1=1&wm_click=forged"}, *link), "Location");
  std::vector<std::string> parameters = parameters_of(location);
  RC_ASSERT(std::ranges::count_if(parameters, is_click_token) == 1);
  RC_ASSERT(is_click_token(parameters.back()));
  RC_ASSERT(std::ranges::find(parameters, "s1=1") != parameters.end());
  const std::string token = parameters.back().substr(9);
  for (std::string own : parameters_of("https://s.example/?" + query)) {
    if (own.empty() || own.front() == '=' || is_click_token(own)) continue;
    for (const auto& [mark, value] : std::initializer_list<std::pair<std::string, std::string>>{
             {"{click}", token}, {"{channel}", "direct"}, {"{code}", "anna7"}}) {
      for (std::size_t at; (at = own.find(mark)) != std::string::npos;) {
        own.replace(at, mark.size(), value);
      }
    }
    RC_ASSERT(std::ranges::find(parameters, own) != parameters.end());
  }
}

TEST(Destination, UsesTheStatusOfTheLink) {
  Desk desk;
  for (const auto& [status, line] : {std::pair{301, "HTTP/1.1 301 Moved Permanently\r\n"},
                                     std::pair{303, "HTTP/1.1 303 See Other\r\n"},
                                     std::pair{307, "HTTP/1.1 307 Temporary Redirect\r\n"},
                                     std::pair{308, "HTTP/1.1 308 Permanent Redirect\r\n"}}) {
    LinkRecord record;
    record.destination = "https://s.example/";
    record.status_code = status;
    EXPECT_TRUE(desk.answer(Visit{"/a"}, *link_to(record)).starts_with(line));
  }
}

TEST(Destination, RefusesLocationsThatOutgrowTheirLimit) {
  std::string destination = "https://s.example/";
  while (destination.size() < limits::destination_bytes_max - 6) destination += "{code}";
  LinkRecord record;
  record.destination = destination;
  EXPECT_EQ(
      resolve_link(std::string(64, 'x'), record, resolve_campaign("", CampaignRecord{}, true)),
      nullptr);
}

// Whatever a visitor sends, the answer fits its limit and stays two well-formed lines.
TEST(Destination, TheLongestAnswerFits) {
  Desk desk;
  const auto link = link_to("https://s.example/" + std::string(2'030, 'p'),
                            CampaignRecord{.utm = std::string(limits::destination_bytes_max, 'u')});
  ASSERT_NE(link, nullptr) << "the longest record and the longest utm go together";
  const std::string query(limits::target_bytes_max - 16, '|');
  const Visit visit{"/anna7?q=" + query};
  ASSERT_EQ(visit.refusal(), Refusal::none);
  const std::string answer = desk.answer(visit, *link);
  EXPECT_LE(answer.size(), limits::answer_bytes_max);
  EXPECT_GT(header_of(answer, "Location").size(), 3 * query.size());
}

}  // namespace
}  // namespace waymark::redirect::test
