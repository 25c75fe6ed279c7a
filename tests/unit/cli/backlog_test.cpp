// Where waiting clicks are said to be, and when they will be through.
#include "tracker/cli/doctor/backlog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

TEST(Backlog, AddsUpAllEdges) {
  const std::vector<EdgeSum> edges{
      {{},
       {{.origin = "a/0", .last = 100, .committed = 60, .owed = 35, .lost = 5},
        {.origin = "a/1", .last = 10, .committed = 10}}},
      {{}, {{.origin = "b/0", .last = 7, .committed = 0, .owed = 7}}}};
  const auto reading = read_backlog(edges, 5);
  EXPECT_EQ(reading.owed, 42U);
  EXPECT_EQ(reading.settled, 75U);
}

TEST(Backlog, FewOnTheirWayAreNone) {
  const auto finding = judge_backlog({0, 900, 10}, {0, 900, 10}, 0);
  EXPECT_EQ(finding.grade, Grade::good);
  EXPECT_THAT(finding.text, HasSubstr("none"));
}

TEST(Backlog, SaysWhereTheyAreAndWhenTheyAreThrough) {
  // 60,000 stored in 3 s while 15,000 came: 15,000 fewer a second.
  const auto finding = judge_backlog({0, 3'045'000, 0}, {3'000, 3'000'000, 60'000}, 200'000);
  EXPECT_EQ(finding.grade, Grade::good);
  EXPECT_EQ(finding.text,
            "3000000 clicks wait: about 200000 in Redis, 2800000 in journals of edges; 20000 a "
            "second are being stored: through in about 3 min 20 s");
}

TEST(Backlog, NothingStoredIsAProblemAndNotKeepingUpAWarning) {
  const auto stuck = judge_backlog({0, 50'000, 7}, {3'000, 50'000, 7}, 50'000);
  EXPECT_EQ(stuck.grade, Grade::problem);
  EXPECT_FALSE(stuck.fix.empty());
  const auto slow = judge_backlog({0, 50'000, 7}, {3'000, 50'001, 3'007}, 60'000);
  EXPECT_EQ(slow.grade, Grade::warning);
  EXPECT_THAT(slow.text, HasSubstr("about 50001 in Redis, 0 in journals"));
  EXPECT_FALSE(slow.fix.empty());
}

}  // namespace
}  // namespace waymark::cli
