#include "tracker/program/mirror_step.hpp"

#include <gtest/gtest.h>

namespace waymark::tracker {
namespace {

using namespace std::chrono_literals;
using namespace mirror_do;
using mirror_event::Begun;
using mirror_event::Failed;
using mirror_event::GuardLost;
using mirror_event::Inspected;
using mirror_event::LeaseLost;
using mirror_event::Renewed;
using mirror_event::Started;
using mirror_event::Woke;
using mirror_event::Written;

constexpr MirrorTiming timing{
    .page = 10, .poll = 250ms, .fill_pace = 5ms, .retry_min = 100ms, .retry_max = 300ms};

Inspected store_at(std::uint64_t change, std::optional<std::string> marker) {
  return {std::move(marker), "s", "g", change};
}
mirror_event::Read read_up_to(std::size_t count, std::uint64_t last) {
  return {count, last};
}

class MirrorStepTest : public ::testing::Test {
 protected:
  MirrorStep mirror{timing};
};

TEST_F(MirrorStepTest, AFullRedisIsLeftAlone) {
  EXPECT_EQ(mirror.step(Started{}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.step(store_at(7, "s:g:7")), MirrorDo{Pause{250ms}});
  EXPECT_EQ(mirror.mirrored_change(), 7U);
  EXPECT_EQ(mirror.step(Woke{}), MirrorDo{Inspect{}}) << "a flush must be noticed";
}

TEST_F(MirrorStepTest, WhileItIsAnothersTurnItsMarkerIsWatched) {
  const auto seen = [](std::uint64_t change, std::optional<std::string> marker) {
    auto inspected = store_at(change, std::move(marker));
    inspected.may_write = false;
    return inspected;
  };
  mirror.step(Started{});
  EXPECT_EQ(mirror.step(seen(9, "s:g:7")), MirrorDo{Pause{250ms}}) << "the other one writes it";
  EXPECT_EQ(mirror.mirrored_change(), 7U);
  EXPECT_EQ(mirror.step(Woke{.nudged = true}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.step(seen(9, "s:g:9")), MirrorDo{Pause{250ms}});
  EXPECT_EQ(mirror.mirrored_change(), 9U);
  mirror.step(Woke{});
  EXPECT_EQ(mirror.step(seen(9, "s:old:9")), MirrorDo{Pause{250ms}}) << "it fills";
  EXPECT_EQ(mirror.mirrored_change(), 0U);
  mirror.step(Woke{});
  EXPECT_EQ(mirror.step(seen(9, std::nullopt)), MirrorDo{Pause{250ms}});
  mirror.step(Woke{});
  EXPECT_EQ(mirror.step(store_at(9, std::nullopt)), MirrorDo{BeginFill{}}) << "our turn";
}

TEST_F(MirrorStepTest, WhoseTurnHasEndedLooksAgain) {
  mirror.step(Started{});
  mirror.step(store_at(9, "s:g:7"));
  mirror.step(read_up_to(2, 9));
  EXPECT_EQ(mirror.step(LeaseLost{}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.mirrored_change(), 0U);
}

TEST_F(MirrorStepTest, WhatIsMissingAfterTheMarkerIsWritten) {
  mirror.step(Started{});
  EXPECT_EQ(mirror.step(store_at(9, "s:g:7")), (MirrorDo{ReadChanges{7, 10}}));
  EXPECT_EQ(mirror.step(read_up_to(2, 9)), (MirrorDo{Write{"s:g:7", "s:g:9"}}));
  EXPECT_EQ(mirror.mirrored_change(), 7U) << "not before it is written";
  EXPECT_EQ(mirror.step(Written{}), (MirrorDo{ReadChanges{9, 10}}));
  EXPECT_EQ(mirror.mirrored_change(), 9U);
  EXPECT_EQ(mirror.step(read_up_to(0, 0)), MirrorDo{Pause{250ms}});
}

TEST_F(MirrorStepTest, ANudgeSkipsTheInspection) {
  mirror.step(Started{});
  mirror.step(store_at(7, "s:g:7"));
  EXPECT_EQ(mirror.step(Woke{.nudged = true}), (MirrorDo{ReadChanges{7, 10}}));
}

TEST_F(MirrorStepTest, AnEmptyRedisIsFilledAndTheMarkerComesLast) {
  mirror.step(Started{});
  EXPECT_EQ(mirror.step(store_at(30, std::nullopt)), MirrorDo{BeginFill{}});
  EXPECT_TRUE(mirror.filling());
  EXPECT_EQ(mirror.step(Begun{}), (MirrorDo{ReadChanges{0, 10}}));
  EXPECT_EQ(mirror.step(read_up_to(10, 14)), (MirrorDo{Write{std::nullopt, std::nullopt}}));
  EXPECT_EQ(mirror.step(Written{}), (MirrorDo{Pause{5ms, false}})) << "paced";
  EXPECT_EQ(mirror.mirrored_change(), 0U) << "a half filled Redis holds nothing for certain";
  EXPECT_EQ(mirror.step(Woke{}), (MirrorDo{ReadChanges{14, 10}}));
  EXPECT_EQ(mirror.step(read_up_to(3, 31)), (MirrorDo{Write{std::nullopt, "s:g:31"}}));
  EXPECT_EQ(mirror.step(Written{}), (MirrorDo{ReadChanges{31, 10}}));
  EXPECT_EQ(mirror.mirrored_change(), 31U);
}

TEST_F(MirrorStepTest, AnEmptyStoreStillSetsItsMarker) {
  mirror.step(Started{});
  mirror.step(store_at(0, std::nullopt));
  mirror.step(Begun{});
  EXPECT_EQ(mirror.step(read_up_to(0, 0)), (MirrorDo{Write{std::nullopt, "s:g:0"}}));
}

TEST_F(MirrorStepTest, AFillWhoseLastPageIsFullEndsWithAnEmptyOne) {
  mirror.step(Started{});
  mirror.step(store_at(10, std::nullopt));
  mirror.step(Begun{});
  mirror.step(read_up_to(10, 10));
  mirror.step(Written{});
  mirror.step(Woke{});
  EXPECT_EQ(mirror.step(read_up_to(0, 0)), (MirrorDo{Write{std::nullopt, "s:g:10"}}));
}

// Another store, another generation, and bytes that are no marker.
TEST_F(MirrorStepTest, AMarkerOfSomethingElseMeansAFill) {
  for (const auto* marker : {"other:g:7", "s:old:7", "s:old:8", "s:g:", "s:g:7x", "7", ""}) {
    MirrorStep fresh{timing};
    fresh.step(Started{});
    EXPECT_EQ(fresh.step(store_at(7, marker)), MirrorDo{BeginFill{}}) << marker;
  }
}

// Edges have seen change 8 of generation g: under that name, 7 would never be enough for them.
TEST_F(MirrorStepTest, AStoreThatWasSetBackFillsUnderANewGeneration) {
  mirror.step(Started{});
  EXPECT_EQ(mirror.step(store_at(7, "s:g:8")), MirrorDo{RenewGeneration{}});
  EXPECT_EQ(mirror.mirrored_change(), 0U);
  EXPECT_EQ(mirror.step(Renewed{"g2"}), MirrorDo{BeginFill{}});
  mirror.step(Begun{});
  EXPECT_EQ(mirror.step(read_up_to(7, 7)), (MirrorDo{Write{std::nullopt, "s:g2:7"}}));
}

TEST_F(MirrorStepTest, ARenewalThatFailsIsTriedAgain) {
  mirror.step(Started{});
  mirror.step(store_at(7, "s:g:8"));
  EXPECT_EQ(mirror.step(Failed{}), (MirrorDo{Pause{100ms, false}}));
  EXPECT_EQ(mirror.step(Woke{}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.step(store_at(7, "s:g:8")), MirrorDo{RenewGeneration{}});
}

TEST_F(MirrorStepTest, ALostGuardStartsOver) {
  mirror.step(Started{});
  mirror.step(store_at(9, "s:g:7"));
  mirror.step(read_up_to(2, 9));
  EXPECT_EQ(mirror.step(GuardLost{}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.mirrored_change(), 0U);
  EXPECT_EQ(mirror.step(store_at(9, std::nullopt)), MirrorDo{BeginFill{}});
}

TEST_F(MirrorStepTest, AFlushDuringAFillBeginsItAnew) {
  mirror.step(Started{});
  mirror.step(store_at(30, std::nullopt));
  mirror.step(Begun{});
  mirror.step(read_up_to(10, 14));
  EXPECT_EQ(mirror.step(GuardLost{}), MirrorDo{Inspect{}});
  mirror.step(store_at(30, std::nullopt));
  EXPECT_EQ(mirror.step(Begun{}), (MirrorDo{ReadChanges{0, 10}}));
}

TEST_F(MirrorStepTest, FailuresAreTriedAgainLaterAndLater) {
  mirror.step(Started{});
  EXPECT_EQ(mirror.step(Failed{}), (MirrorDo{Pause{100ms, false}}));
  EXPECT_EQ(mirror.step(Woke{}), MirrorDo{Inspect{}});
  EXPECT_EQ(mirror.step(Failed{}), (MirrorDo{Pause{200ms, false}}));
  mirror.step(Woke{});
  EXPECT_EQ(mirror.step(Failed{}), (MirrorDo{Pause{300ms, false}}));
  mirror.step(Woke{});
  mirror.step(store_at(7, "s:g:7"));
  EXPECT_EQ(mirror.step(Failed{}), (MirrorDo{Pause{100ms, false}})) << "success forgets";
  EXPECT_EQ(mirror.mirrored_change(), 0U);
}

}  // namespace
}  // namespace waymark::tracker
