// Log lines as an operator's tools read them.
#include "common/log.hpp"

#include "common/log_repeat.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace waymark {
namespace {

using testing::HasSubstr;

std::string written(LogFormat format, LogLevel level, const std::function<void(Log&)>& use) {
  testing::internal::CaptureStderr();
  Log log{"redirect", level, format};
  use(log);
  return testing::internal::GetCapturedStderr();
}

TEST(LogLines, AreOneJsonObjectEach) {
  const std::string line = written(LogFormat::json, LogLevel::info, [](Log& log) {
    log.warning("redis.away", "Redis is away",
                {{"redis", "redis://h"},
                 {"attempts", 3},
                 {"away_s", 0.5},
                 {"ready", false},
                 {"odd", "a\"b\n\xff"}});
  });
  ASSERT_TRUE(line.ends_with("}\n"));
  const boost::json::value parsed = boost::json::parse(line);
  EXPECT_EQ(parsed.at("level"), "warning");
  EXPECT_EQ(parsed.at("event"), "redis.away");
  EXPECT_EQ(parsed.at("msg"), "Redis is away");
  EXPECT_EQ(parsed.at("component"), "redirect");
  EXPECT_EQ(parsed.at("attempts"), 3);
  EXPECT_EQ(parsed.at("away_s"), 0.5);
  EXPECT_EQ(parsed.at("ready"), false);
  EXPECT_EQ(parsed.at("odd"), "a\"b\n\xef\xbf\xbd");
  EXPECT_THAT(std::string{parsed.at("ts").as_string()},
              testing::MatchesRegex("20..-..-..T..:..:..\\.......Z"));
}

TEST(LogLines, AreReadableAsText) {
  const std::string line = written(LogFormat::text, LogLevel::info, [](Log& log) {
    log.info("edge.ready", "Serving", {{"port", 8080}, {"host", "a b"}});
  });
  EXPECT_THAT(line, HasSubstr(" info    edge.ready: Serving port=8080 host=\"a b\"\n"));
}

TEST(LogLines, BelowTheLevelAreLeftOut) {
  const std::string lines = written(LogFormat::text, LogLevel::warning, [](Log& log) {
    log.debug("a", "a");
    log.info("b", "b");
    log.error("c", "c");
  });
  EXPECT_THAT(lines, testing::AllOf(HasSubstr("c: c"), testing::Not(HasSubstr("b: b"))));
}

TEST(LogRepeatOf, AnEventHoldsBackAndSaysHowMany) {
  LogRepeat repeat{2};
  EXPECT_TRUE(repeat.step("a", 100).write);
  EXPECT_TRUE(repeat.step("a", 100).write);
  EXPECT_FALSE(repeat.step("a", 100).write);
  EXPECT_FALSE(repeat.step("a", 100).write);
  EXPECT_TRUE(repeat.step("b", 100).write) << "another event is not held back";
  const auto next = repeat.step("a", 101);
  EXPECT_TRUE(next.write);
  EXPECT_EQ(next.left_out, 2U);
  EXPECT_EQ(repeat.step("a", 101).left_out, 0U);
}

}  // namespace
}  // namespace waymark
