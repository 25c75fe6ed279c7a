#include "loadtest/kit/amount.hpp"

#include "common/error.hpp"

#include <gtest/gtest.h>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;

template <class Parse>
void expect_refused(Parse parse, std::string_view text) {
  try {
    parse("--flag", text);
    ADD_FAILURE() << "taken: " << text;
  } catch (const StartupError& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.exit_code(), exit_code::usage) << text;
    EXPECT_NE(message.find("--flag"), std::string::npos) << message;
    EXPECT_NE(message.find(text), std::string::npos) << message;
  }
}

TEST(Amount, Durations) {
  EXPECT_EQ(parse_duration("--flag", "250us"), 250us);
  EXPECT_EQ(parse_duration("--flag", "500ms"), 500ms);
  EXPECT_EQ(parse_duration("--flag", "1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("--flag", "2m"), 2min);
  EXPECT_EQ(parse_duration("--flag", "24h"), 24h);
  for (const char* text : {"", "10", "s", "10 s", "-1s", "0s", "25h", "nans", "infs", "1e400s"}) {
    expect_refused(parse_duration, text);
  }
}

TEST(Amount, Rates) {
  EXPECT_DOUBLE_EQ(parse_rate("--flag", "0"), 0);
  EXPECT_DOUBLE_EQ(parse_rate("--flag", "200"), 200);
  EXPECT_DOUBLE_EQ(parse_rate("--flag", "1.5k"), 1500);
  EXPECT_DOUBLE_EQ(parse_rate("--flag", "1M"), 1e6);
  for (const char* text : {"", "-1", "5K", "11M", "1k/s", "fast"}) expect_refused(parse_rate, text);
}

TEST(Amount, Shares) {
  EXPECT_DOUBLE_EQ(parse_share("--flag", "2%"), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("--flag", "0.5"), 0.5);
  EXPECT_DOUBLE_EQ(parse_share("--flag", "100%"), 1);
  for (const char* text : {"", "2", "101%", "-1%", "%"}) expect_refused(parse_share, text);
}

}  // namespace
}  // namespace waymark::loadtest
