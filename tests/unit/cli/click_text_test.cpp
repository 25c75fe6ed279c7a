#include "tracker/cli/click_text.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

boost::json::value click(std::string_view more) {
  return boost::json::parse(
      "{\"id\":\"0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506\",\"ts\":1767225600123,"
      "\"code\":\"try\",\"channel\":\"direct\",\"os\":\"linux\",\"bot\":null," +
      std::string{more} + "\"test\":false}");
}

TEST(ClickVerdict, SaysWhyAClickWasNotCounted) {
  EXPECT_EQ(verdict(click("")), "counted");
  EXPECT_EQ(verdict(boost::json::parse(R"({"bot":"tool","ua":"curl/7.88"})")),
            "made with a tool (user agent curl/7.88): recorded, not counted");
  EXPECT_EQ(verdict(boost::json::parse(R"({"bot":"tool","ua":null})")),
            "made with a tool (no user agent): recorded, not counted");
  EXPECT_THAT(verdict(click("\"outcome\":\"paused\",")), HasSubstr("paused: recorded, not"));
  EXPECT_THAT(verdict(boost::json::parse(R"({"test":true})")), HasSubstr("test mode"));
}

TEST(ClickVerdict, HasASentenceForEachClass) {
  for (const auto* bot :
       {"head", "prefetch", "embed", "preview", "crawler", "scanner", "tool", "class-to-come"}) {
    const auto text = verdict(boost::json::value{{"bot", bot}});
    EXPECT_THAT(text, HasSubstr("recorded, not counted"));
  }
  EXPECT_THAT(verdict(boost::json::value{{"bot", "class-to-come"}}), HasSubstr("class-to-come"));
}

TEST(ClickText, ShowsTheMomentInUtc) {
  EXPECT_THAT(click_page(click("")), HasSubstr("2026-01-01 00:00:00.123 UTC"));
  EXPECT_THAT(click_line(click("")), HasSubstr("2026-01-01 00:00:00.123  try"));
}

TEST(ClickText, NamesTheListThatClassedTheAgent) {
  const auto page = [](const char* text) { return click_page(boost::json::parse(text)); };
  EXPECT_THAT(page(R"({"bot":"crawler","list":"1.60.0+eac757"})"),
              HasSubstr("\nclass        crawler (list 1.60.0+eac757)"));
  EXPECT_THAT(page(R"({"bot":"head","list":null})"), testing::EndsWith("\nclass        head"));
  EXPECT_THAT(page(R"({"bot":null})"), testing::Not(HasSubstr("\nclass")));
}

TEST(ClickText, ShowsNoControlCharacters) {
  const auto page = click_page(boost::json::value{{"ua", "evil\x1b[2J"}});
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_THAT(page, HasSubstr("evil?[2J"));
}

TEST(ClickReference, IsTakenFromAUrl) {
  EXPECT_EQ(click_reference("https://a.example/?x=1&wm_click=AbC-_9&y=2#f"), "AbC-_9");
  EXPECT_EQ(click_reference("https://a.example/?wm_click=AbC#f"), "AbC");
  EXPECT_EQ(click_reference("0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506"),
            "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506");
}

}  // namespace
}  // namespace waymark::cli
