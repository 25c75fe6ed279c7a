#include "tracker/cli/doctor/stream_health.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t now = 1'767'225'600'000;

Findings judge(std::uint64_t bytes, const std::string& group = "",
               const std::string& capped = "null") {
  return judge_stream(
      boost::json::parse(fmt::format(
          R"({{"max_bytes":1000,"shards":[{{"shard":"0","entries":7,"bytes":{},"groups":[{}],)"
          R"("capped":{}}}]}})",
          bytes, group, capped)),
      now);
}

std::string group(bool is_protected, std::uint64_t behind_ms) {
  return fmt::format(R"({{"group":"billing","protected":{},"behind_ms":{}}})", is_protected,
                     behind_ms);
}

TEST(StreamHealth, FindsNothingWrongWithASmallStream) {
  const auto findings = judge(100, group(true, 1'000));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].grade, Grade::good);
  EXPECT_THAT(findings[0].text, HasSubstr("7 entries"));
}

TEST(StreamHealth, WarnsHalfWayToTheCap) {
  EXPECT_EQ(judge(501).front().grade, Grade::warning);
}

TEST(StreamHealth, NamesAProtectedGroupThatNobodyReadsWith) {
  const auto findings = judge(100, group(true, 7'200'000));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_THAT(findings[1].text, HasSubstr("billing is 120 minutes behind"));
  EXPECT_THAT(findings[1].fix, HasSubstr("stream.protect"));
  EXPECT_EQ(judge(100, group(false, 7'200'000)).size(), 1U) << "it holds nothing back";
}

TEST(StreamHealth, TellsACutForADay) {
  const auto cut = [](std::uint64_t at) {
    return judge(100, "", fmt::format(R"({{"at":{},"entries":5,"behind":"billing"}})", at));
  };
  ASSERT_EQ(cut(now - 3'600'000).size(), 2U);
  EXPECT_EQ(cut(now - 3'600'000)[1].grade, Grade::problem);
  EXPECT_THAT(cut(now - 3'600'000)[1].text, HasSubstr("5 entries went before group billing"));
  EXPECT_THAT(cut(now - 3'600'000)[1].fix, HasSubstr("waymark click replay --to"));
  EXPECT_EQ(cut(now - 25 * 3'600'000ULL).size(), 1U);
}

}  // namespace
}  // namespace waymark::cli
