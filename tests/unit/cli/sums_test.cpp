#include "tracker/cli/doctor/sums.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t now = 1'767'225'600'000;
const std::string epoch = "00112233aabbccdd";

EdgeReport edge(std::uint64_t last, std::uint64_t seen = now) {
  EdgeReport report;
  report.epoch = epoch;
  report.name = "edge-1";
  report.version = "0.1.0";
  report.seen_ms = seen;
  report.key_ids = {"k1"};
  report.last = {{epoch + "/0", last}};
  return report;
}

std::vector<EdgeSum> sums(const EdgeReport& report, OriginFigure figure) {
  return add_up({report}, {{epoch + "/0", figure}});
}

Grade worst(const Findings& findings) {
  auto grade = Grade::good;
  for (const auto& finding : findings) {
    grade = std::max(grade, finding.grade);
  }
  return grade;
}

TEST(Sums, LastIsCommittedAndOwedAndLost) {
  const auto sum = sums(edge(100), {.settled = 90, .lost = 3}).front().origins.front();
  EXPECT_EQ(sum.committed, 87U);
  EXPECT_EQ(sum.owed, 10U);
  EXPECT_EQ(sum.lost, 3U);
  EXPECT_EQ(sum.last, sum.committed + sum.owed + sum.lost);
}

TEST(Sums, WithoutAFigureEverythingIsOwed) {
  EXPECT_EQ(add_up({edge(7)}, {}).front().owed(), 7U);
}

TEST(Sums, AFigureBeyondTheJournalIsAPowerLoss) {
  const auto result = sums(edge(10), {.settled = 12, .lost = 0});
  EXPECT_TRUE(result.front().origins.front().beyond);
  EXPECT_EQ(result.front().owed(), 0U);
  EXPECT_EQ(worst(judge_edges(result, now)), Grade::warning);
}

TEST(Deletion, OnlyAnEndedEdgeThatOwesNothing) {
  const auto silent = now - silence_max_ms - 1;
  EXPECT_THAT(deletion_verdict(sums(edge(5), {5, 0}).front(), now), HasSubstr("running"));
  EXPECT_THAT(deletion_verdict(sums(edge(5, silent), {4, 0}).front(), now), HasSubstr("no: 1"));
  EXPECT_THAT(deletion_verdict(sums(edge(5, silent), {5, 0}).front(), now), HasSubstr("yes"));
}

TEST(Edges, ASilentEdgeThatOwesClicksIsAProblem) {
  const auto silent = now - silence_max_ms - 1;
  EXPECT_EQ(worst(judge_edges(sums(edge(5, silent), {4, 0}), now)), Grade::problem);
  EXPECT_EQ(worst(judge_edges(sums(edge(5, silent), {5, 0}), now)), Grade::good);
  EXPECT_EQ(worst(judge_edges(sums(edge(5), {4, 0}), now)), Grade::good);
  EXPECT_EQ(worst(judge_edges({}, now)), Grade::warning);
}

TEST(Edges, DifferentKeysOrDropsAreProblems) {
  auto other = edge(1);
  other.key_ids = {"k2", "k1"};
  EXPECT_EQ(worst(judge_edges(add_up({edge(1), other}, {}), now)), Grade::problem);
  auto dropping = edge(1);
  dropping.drops = {{"full", 3}};
  EXPECT_EQ(worst(judge_edges(add_up({dropping}, {}), now)), Grade::problem);
}

TEST(Tracker, ReadIsStoredAndDuplicateAndDead) {
  EXPECT_EQ(judge_tracker({10, 8, 2, 0}).grade, Grade::good);
  EXPECT_EQ(judge_tracker({10, 7, 2, 1}).grade, Grade::warning);
  EXPECT_EQ(judge_tracker({10, 7, 2, 0}).grade, Grade::problem);
}

TEST(EdgeReport, RefusesWhatIsNoReport) {
  EXPECT_FALSE(parse_edge_report(epoch, "[]"));
  EXPECT_FALSE(parse_edge_report(epoch, "{\"name\":"));
}

}  // namespace
}  // namespace waymark::cli
