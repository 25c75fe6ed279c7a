#include "tracker/cli/doctor/tracker_health.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

TrackerState tracker(std::optional<std::int64_t> rest_ms, std::uint64_t pending = 0) {
  return {.name = "web1-0", .rest_ms = rest_ms, .work = {"folding", "mirror"},
          .pending = {{"0", pending}}};
}

TEST(TrackerHealth, ATrackerWithALeaseIsGoodHoweverMuchIsPending) {
  const auto findings = judge_trackers({tracker(12'400, 3)});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].grade, Grade::good);
  EXPECT_EQ(findings[0].subject, "tracker web1-0");
  EXPECT_EQ(findings[0].text, "lease for 12 s, does folding mirror, 3 entries of shard 0 pending");
}

TEST(TrackerHealth, OneThatHasItsStoreAloneCountsNoSeconds) {
  EXPECT_EQ(judge_trackers({tracker(2'592'000'000)})[0].text,
            "has the store alone, does folding mirror");
}

TEST(TrackerHealth, ADeadOneIsAWarningUntilOthersShouldHaveTakenOver) {
  EXPECT_EQ(judge_trackers({tracker(-2'000, 3)})[0].grade, Grade::warning);
  const auto late = judge_trackers({tracker(-30'000, 3)})[0];
  EXPECT_EQ(late.grade, Grade::problem);
  EXPECT_THAT(late.text, HasSubstr("ended 30 s ago, 3 entries of shard 0 pending"));
  EXPECT_THAT(late.fix, HasSubstr("role drain"));
}

TEST(TrackerHealth, WhoHasEndedInOrderIsGoodUnlessSomethingIsPending) {
  EXPECT_EQ(judge_trackers({tracker({}, 0)})[0].grade, Grade::good);
  EXPECT_EQ(judge_trackers({tracker({}, 1)})[0].grade, Grade::warning);
}

TEST(TrackerHealth, WorkThatNobodyDoesIsAProblem) {
  auto idle = tracker(9'000);
  idle.work = {"mirror"};
  const auto findings = judge_trackers({idle});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[1].subject, "folding");
  EXPECT_EQ(findings[1].grade, Grade::problem);
}

TEST(TrackerHealth, IsReadFromTheStatus) {
  const auto states = parse_trackers(boost::json::parse(
      R"([{"tracker":"web1-0","rest_ms":-3,"work":["folding"],
           "pending":[{"shard":"0","entries":7}]},
          {"tracker":"web2-0","rest_ms":null,"work":[],"pending":[]}])"));
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].rest_ms, -3);
  EXPECT_EQ(states[0].work, std::vector<std::string>{"folding"});
  EXPECT_EQ(states[0].pending.at("0"), 7U);
  EXPECT_FALSE(states[1].rest_ms);
  EXPECT_TRUE(parse_trackers(nullptr).empty());
}

}  // namespace
}  // namespace waymark::cli
