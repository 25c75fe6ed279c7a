#include "tracker/cli/link_text.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::ElementsAre;

TEST(LinkText, ShowsWhatSaysSomething) {
  EXPECT_THAT(
      link_lines(boost::json::parse(R"({"code":"anna8","aliases":["anna7","an"],
      "destination":"https://a.example/\u001b[1m","campaign":null,"full":false,"status_code":302,
      "rules":[{"destination":"https://a.example/r"}]})")),
      ElementsAre("code         anna8", "destination  https://a.example/?[1m", "status_code  302",
                  "aliases      anna7, an", "rules        1  everybody -> https://a.example/r"));
}

TEST(LinkText, RulesReadLikeSentences) {
  EXPECT_THAT(rule_lines(boost::json::parse(
                  R"([{"when":{"os":["ios","android"],"country":["DE"],
                               "query":{"src":["qr code","mail"],"x":"1","y":true},
                               "from":1767225600},
                       "destination":"https://a.example/1"},
                      {"when":{},"split":[{"weight":70,"destination":"https://a.example/2"},
                                          {"weight":30,"destination":"https://a.example/3"}]}])")),
              ElementsAre("1  os ios or android, country DE, query src=qr code or mail and x=1 "
                          "and y, from 2026-01-01T00:00:00Z -> "
                          "https://a.example/1",
                          "2  everybody, 70 of 100 -> https://a.example/2",
                          "   everybody, 30 of 100 -> https://a.example/3"));
  EXPECT_TRUE(rule_lines(nullptr).empty());
}

}  // namespace
}  // namespace waymark::cli
