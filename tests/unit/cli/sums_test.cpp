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

OriginFigure settled(std::uint64_t count) {
  return {.settled = count, .lost = 0, .ended = false};
}

Grade worst(const Findings& findings) {
  auto grade = Grade::good;
  for (const auto& finding : findings) {
    grade = std::max(grade, finding.grade);
  }
  return grade;
}

TEST(Sums, LastIsCommittedAndOwedAndLost) {
  const auto sum =
      sums(edge(100), {.settled = 90, .lost = 3, .ended = false}).front().origins.front();
  EXPECT_EQ(sum.committed, 87U);
  EXPECT_EQ(sum.owed, 10U);
  EXPECT_EQ(sum.lost, 3U);
  EXPECT_EQ(sum.last, sum.committed + sum.owed + sum.lost);
}

TEST(Sums, WithoutAFigureEverythingIsOwed) {
  EXPECT_EQ(add_up({edge(7)}, {}).front().owed(), 7U);
}

TEST(Sums, AFigureMayBeAheadOfTheReport) {
  const auto sum = sums(edge(10), settled(12)).front().origins.front();
  EXPECT_EQ(sum.last, 12U);
  EXPECT_EQ(sum.owed, 0U);
  EXPECT_EQ(sum.last, sum.committed + sum.owed + sum.lost);
}

TEST(Sums, WhatAnEndedOriginReportedAndNobodyFoundIsLost) {
  const auto edge_sum = sums(edge(10), {.settled = 8, .lost = 1, .ended = true}).front();
  const auto& sum = edge_sum.origins.front();
  EXPECT_EQ(sum.committed, 7U);
  EXPECT_EQ(sum.owed, 0U);
  EXPECT_EQ(sum.lost, 3U);
  EXPECT_EQ(edge_sum.lost(), 3U);
}

TEST(Deletion, OnlyAnEdgeThatHasBeenShippedToItsEnd) {
  const auto silent = now - silence_max_ms - 1;
  const OriginFigure ended{.settled = 5, .lost = 0, .ended = true};
  const auto verdict = [](const EdgeReport& report, const OriginFigure& figure) {
    return deletion_verdict(sums(report, figure).front(), now);
  };
  EXPECT_THAT(verdict(edge(5), ended), HasSubstr("running"));
  EXPECT_THAT(verdict(edge(5, silent), settled(4)), HasSubstr("no: 1"));
  EXPECT_THAT(verdict(edge(5, silent), settled(5)), HasSubstr("not yet"));
  EXPECT_THAT(verdict(edge(5, silent), ended), HasSubstr("yes"));
}

TEST(Deletion, AnEdgeThatEndedInOrderHasSaidItsLastNumbers) {
  auto report = edge(5);
  report.ended = true;
  EXPECT_THAT(deletion_verdict(sums(report, settled(4)).front(), now), HasSubstr("no: 1"));
  EXPECT_THAT(deletion_verdict(sums(report, settled(5)).front(), now), HasSubstr("yes"));
}

TEST(Edges, ASilentEdgeThatOwesClicksIsAProblem) {
  const auto silent = now - silence_max_ms - 1;
  EXPECT_EQ(worst(judge_edges(sums(edge(5, silent), settled(4)), now)), Grade::problem);
  EXPECT_EQ(worst(judge_edges(sums(edge(5, silent), settled(5)), now)), Grade::good);
  EXPECT_EQ(worst(judge_edges(sums(edge(5), settled(4)), now)), Grade::good);
  EXPECT_EQ(worst(judge_edges({}, now)), Grade::warning);
}

TEST(Edges, LostClicksAreNamed) {
  const auto findings = judge_edges(sums(edge(5), {.settled = 5, .lost = 2, .ended = false}), now);
  EXPECT_EQ(findings.front().grade, Grade::warning);
  EXPECT_THAT(findings.front().text, HasSubstr("2 of its clicks"));
}

TEST(Edges, DifferentKeysOrDropsAreProblems) {
  auto other = edge(1);
  other.key_ids = {"k2", "k1"};
  EXPECT_EQ(worst(judge_edges(add_up({edge(1), other}, {}), now)), Grade::problem);
  auto dropping = edge(1);
  dropping.drops = {{"full", 3}};
  EXPECT_EQ(worst(judge_edges(add_up({dropping}, {}), now)), Grade::problem);
}

TEST(Edges, LimitsThatNobodyCountsAreNamed) {
  auto serving = edge(5);
  serving.limits_uncounted = 1;
  const OriginFigure figure{.settled = 5, .lost = 0, .ended = false};
  const auto findings = judge_edges(sums(serving, figure), now);
  EXPECT_EQ(findings.front().grade, Grade::warning);
  EXPECT_THAT(findings.front().text, HasSubstr("max_clicks"));
  serving.seen_ms = 0;
  EXPECT_EQ(judge_edges(sums(serving, figure), now).front().grade, Grade::good) << "it ended";
}

TEST(Tracker, ReadIsStoredAndDuplicateAndDead) {
  EXPECT_EQ(judge_tracker({10, 8, 2, 0}).grade, Grade::good);
  EXPECT_EQ(judge_tracker({10, 7, 2, 1}).grade, Grade::warning);
  EXPECT_EQ(judge_tracker({10, 7, 2, 0}).grade, Grade::problem);
}

TEST(EdgeReport, ReadsWhatAnEdgeWrites) {
  const auto report = parse_edge_report(
      epoch, R"({"name":"edge-1","admin":"127.0.0.1:9080","version":"0.1.0","ts":17,)"
             R"("keys":["k2","k1"],"last":{"0":5,"1":7},"ended":true,"drops":{"journal_full":3},)"
             R"("limits_uncounted":2})");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->name, "edge-1");
  EXPECT_EQ(report->seen_ms, 17U);
  EXPECT_TRUE(report->ended);
  EXPECT_THAT(report->key_ids, testing::ElementsAre("k2", "k1"));
  EXPECT_EQ(report->last.at(epoch + "/1"), 7U);
  EXPECT_EQ(report->drops.at("journal_full"), 3U);
  EXPECT_EQ(report->limits_uncounted, 2U);
}

TEST(EdgeReport, RefusesWhatIsNoReport) {
  EXPECT_FALSE(parse_edge_report(epoch, "[]"));
  EXPECT_FALSE(parse_edge_report(epoch, "{\"name\":"));
}

}  // namespace
}  // namespace waymark::cli
