// Schedules of the drain: what it does next after each thing that may happen.
#include "tracker/drain/drain.hpp"

#include "tracker/drain/group_position.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <vector>

namespace waymark::tracker {

void PrintTo(const Do& action, std::ostream* out) {
  *out << "{what " << static_cast<int>(action.what) << ", count " << action.count << ", after "
       << action.after.text() << ", wait " << action.wait.count() << "}";
}

namespace {

using namespace std::chrono_literals;
using What = Do::What;
using Actions = std::vector<Do>;

constexpr DrainLimits small{.batch_bytes = 1'000,
                            .entries_min = 2,
                            .entries_max = 10,
                            .pause_min = 50ms,
                            .pause_max = 200ms};

Do do_this(What what) {
  return {.what = what};
}
Do pause(What what, std::chrono::milliseconds wait) {
  return {.what = what, .wait = wait};
}
Do read_pending(std::size_t count, StreamId after = {}) {
  return {.what = What::read_pending, .count = count, .after = after};
}
Do read_new(std::size_t count) {
  return {.what = What::read_new, .count = count};
}
Read entries(std::size_t count, StreamId last = {5, 0}) {
  return {.entries = count, .bytes = count * 500, .last = last};
}

// A drain that has found nothing pending and waits for what is new.
struct DrainTest : testing::Test {
  DrainTest() {
    EXPECT_EQ(drain.step(Started{}), Actions{do_this(What::prepare)});
    EXPECT_EQ(drain.step(Prepared{}), Actions{read_pending(2)});
    EXPECT_EQ(drain.step(Read{}), Actions{read_new(2)});
  }
  Drain drain{small};
};

TEST_F(DrainTest, StoresThenAcknowledgesWhileTheNextIsRead) {
  EXPECT_EQ(drain.step(entries(2)), (Actions{do_this(What::store), read_new(2)}));
  EXPECT_EQ(drain.step(Stored{}), Actions{do_this(What::acknowledge)});
  EXPECT_EQ(drain.step(Acknowledged{}), Actions{});
}

TEST_F(DrainTest, ASingleClickIsStoredAtOnce) {
  // However small the batch, no step waits for company: one click after another is stored in the
  // step that reads it, and the next read is on its way meanwhile.
  Drain idle;
  idle.step(Started{});
  idle.step(Prepared{});
  idle.step(Read{});
  for (std::uint64_t n = 1; n <= 3; ++n) {
    const auto actions = idle.step(Read{.entries = 1, .bytes = 600, .last = {n, 0}});
    ASSERT_EQ(actions.size(), 2U);
    EXPECT_EQ(actions[0], do_this(What::store));
    EXPECT_EQ(actions[1].what, What::read_new);
    EXPECT_EQ(idle.step(Stored{}), Actions{do_this(What::acknowledge)});
    EXPECT_EQ(idle.step(Acknowledged{}), Actions{});
  }
}

TEST_F(DrainTest, HoldsOneBatchAndReadsNoFurther) {
  drain.step(entries(2));
  EXPECT_EQ(drain.step(entries(3)), Actions{}) << "one is being stored, one is held";
  EXPECT_EQ(drain.step(Stored{}),
            (Actions{do_this(What::acknowledge), do_this(What::store), read_new(2)}));
}

TEST_F(DrainTest, NothingIsAcknowledgedWhileTheStoreFails) {
  drain.step(entries(2));
  EXPECT_EQ(drain.step(StoreFailed{}), Actions{pause(What::pause_store, 50ms)});
  EXPECT_EQ(drain.step(StorePauseOver{}), Actions{do_this(What::store_again)});
  EXPECT_EQ(drain.step(StoreFailed{}), Actions{pause(What::pause_store, 100ms)});
  drain.step(StorePauseOver{});
  EXPECT_EQ(drain.step(StoreFailed{}), Actions{pause(What::pause_store, 200ms)});
  drain.step(StorePauseOver{});
  EXPECT_EQ(drain.step(StoreFailed{}), Actions{pause(What::pause_store, 200ms)});
  drain.step(StorePauseOver{});
  EXPECT_EQ(drain.step(Stored{}), Actions{do_this(What::acknowledge)});
}

TEST_F(DrainTest, AfterALostReadPendingEntriesAreReadFromTheStart) {
  EXPECT_EQ(drain.step(ReadFailed{}), Actions{pause(What::pause_redis, 50ms)});
  EXPECT_EQ(drain.step(RedisPauseOver{}), Actions{do_this(What::prepare)});
  EXPECT_EQ(drain.step(PrepareFailed{}), Actions{pause(What::pause_redis, 100ms)});
  EXPECT_EQ(drain.step(RedisPauseOver{}), Actions{do_this(What::prepare)});
  EXPECT_EQ(drain.step(Prepared{}), Actions{read_pending(2)});
  EXPECT_EQ(drain.step(entries(2, {7, 1})),
            (Actions{do_this(What::store), read_pending(2, {7, 1})}));
  EXPECT_EQ(drain.step(Read{}), Actions{read_new(2)});
}

// An idle edge's entries hold a line each, a busy one's 64 KiB: as many of those as of these may be
// more than a connection takes, and asking for the same again would fail for ever.
TEST_F(DrainTest, AfterALostReadFewEntriesAreAskedFor) {
  EXPECT_EQ(drain.step(Read{.entries = 2, .bytes = 40, .last = {5, 0}}),
            (Actions{do_this(What::store), read_new(10)}));
  drain.step(Stored{});
  drain.step(Acknowledged{});
  EXPECT_EQ(drain.step(ReadFailed{}), Actions{pause(What::pause_redis, 50ms)});
  drain.step(RedisPauseOver{});
  EXPECT_EQ(drain.step(Prepared{}), Actions{read_pending(2)});
}

TEST_F(DrainTest, AFailedAcknowledgementLeadsToReadingPendingAgain) {
  drain.step(entries(2));
  drain.step(Stored{});
  EXPECT_EQ(drain.step(AcknowledgeFailed{}), Actions{}) << "a read is on its way";
  EXPECT_EQ(drain.step(entries(1)), Actions{do_this(What::store)}) << "what it brings is stored";
  EXPECT_EQ(drain.step(Stored{}), Actions{do_this(What::acknowledge)});
  EXPECT_EQ(drain.step(Acknowledged{}), Actions{pause(What::pause_redis, 50ms)});
  drain.step(RedisPauseOver{});
  EXPECT_EQ(drain.step(Prepared{}), Actions{read_pending(2)});
}

TEST_F(DrainTest, WhatWasTakenOverIsReadOnceNothingIsInHand) {
  drain.step(entries(2));
  EXPECT_EQ(drain.step(PendingGrew{}), Actions{}) << "a read is on its way";
  EXPECT_EQ(drain.step(Read{}), Actions{}) << "what is being stored is pending, too";
  EXPECT_EQ(drain.step(Stored{}), Actions{do_this(What::acknowledge)});
  EXPECT_EQ(drain.step(Acknowledged{}), Actions{read_pending(2)});
  EXPECT_EQ(drain.step(entries(1, {3, 0})),
            (Actions{do_this(What::store), read_pending(2, {3, 0})}));
  EXPECT_EQ(drain.step(Read{}), Actions{read_new(2)});
}

TEST_F(DrainTest, WhatWasTakenOverWhileRedisWasAwayIsReadWithTheRest) {
  drain.step(ReadFailed{});
  EXPECT_EQ(drain.step(PendingGrew{}), Actions{});
  drain.step(RedisPauseOver{});
  EXPECT_EQ(drain.step(Prepared{}), Actions{read_pending(2)});
  EXPECT_EQ(drain.step(Read{}), Actions{read_new(2)});
}

TEST_F(DrainTest, BatchesGrowWithSmallEntriesAndAreBounded) {
  EXPECT_EQ(drain.step(Read{.entries = 1, .bytes = 200, .last = {5, 0}}),
            (Actions{do_this(What::store), read_new(5)}));
  drain.step(Stored{});
  EXPECT_EQ(drain.step(Read{.entries = 1, .bytes = 0, .last = {6, 0}}),
            (Actions{do_this(What::store), read_new(10)}));
  drain.step(Stored{});
  EXPECT_EQ(drain.step(Read{.entries = 1, .bytes = 9'000, .last = {7, 0}}),
            (Actions{do_this(What::store), read_new(2)}));
}

TEST_F(DrainTest, StoppingFinishesWhatIsInHand) {
  drain.step(entries(2));
  drain.step(entries(2));
  EXPECT_EQ(drain.step(StopAsked{}), Actions{});
  EXPECT_EQ(drain.step(Stored{}), (Actions{do_this(What::acknowledge), do_this(What::store)}));
  EXPECT_EQ(drain.step(Acknowledged{}), Actions{});
  EXPECT_EQ(drain.step(Stored{}), Actions{do_this(What::acknowledge)});
  EXPECT_EQ(drain.step(Acknowledged{}), Actions{do_this(What::finish)});
}

TEST_F(DrainTest, StoppingDropsWhatIsStillPending) {
  drain.step(entries(2));
  drain.step(StoreFailed{});
  EXPECT_EQ(drain.step(StopAsked{}), Actions{});
  EXPECT_EQ(drain.step(entries(2)), Actions{});
  EXPECT_EQ(drain.step(StorePauseOver{}), Actions{do_this(What::finish)});
}

// Any order of answers: no acknowledgement without its commit, never two stores or two reads at
// once, and a stop always ends.
RC_GTEST_PROP(DrainProperty, KeepsItsPromisesOnEverySchedule,
              (const std::vector<std::uint8_t>& luck)) {
  Drain drain{small};
  std::vector<Do> open = drain.step(Started{});
  std::size_t stored = 0, acknowledged = 0;
  bool finished = false;
  const auto is_store = [](const Do& d) {
    return d.what == What::store || d.what == What::store_again;
  };
  const auto is_read = [](const Do& d) {
    return d.what == What::read_new || d.what == What::read_pending;
  };
  const auto take = [&](const std::vector<Do>& actions) {
    for (const Do& action : actions) {
      if (action.what == What::acknowledge) ++acknowledged;
      if (action.what == What::finish) {
        RC_ASSERT(open.empty());
        finished = true;
      } else {
        open.push_back(action);
      }
    }
    RC_ASSERT(acknowledged <= stored);
    RC_ASSERT(std::count_if(open.begin(), open.end(), is_store) <= 1);
    RC_ASSERT(std::count_if(open.begin(), open.end(), is_read) <= 1);
  };
  const auto answer = [&](std::size_t which, bool well) {
    const Do action = open[which];
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
    switch (action.what) {
      case What::prepare:
        return well ? drain.step(Prepared{}) : drain.step(PrepareFailed{});
      case What::read_pending:
      case What::read_new:
        return well ? drain.step(entries(which % 3)) : drain.step(ReadFailed{});
      case What::store:
      case What::store_again:
        if (well) ++stored;
        return well ? drain.step(Stored{}) : drain.step(StoreFailed{});
      case What::acknowledge:
        return well ? drain.step(Acknowledged{}) : drain.step(AcknowledgeFailed{});
      case What::pause_redis:
        return drain.step(RedisPauseOver{});
      case What::pause_store:
        return drain.step(StorePauseOver{});
      case What::finish:
        break;
    }
    return std::vector<Do>{};
  };
  for (const std::uint8_t draw : luck) {
    if (draw % 16 == 0) take(drain.step(PendingGrew{}));
    RC_ASSERT(!open.empty());
    take(answer(draw % open.size(), draw % 4 != 0));
  }
  take(drain.step(StopAsked{}));
  for (int i = 0; i < 20 && !finished; ++i) {
    RC_ASSERT(!open.empty());
    take(answer(0, true));
  }
  RC_ASSERT(finished);
}

TEST(StreamIds, HaveNeighbours) {
  EXPECT_EQ(parse_stream_id("12-3"), (StreamId{12, 3}));
  EXPECT_FALSE(parse_stream_id("12"));
  EXPECT_FALSE(parse_stream_id("12-"));
  EXPECT_FALSE(parse_stream_id("12-3x"));
  EXPECT_EQ((StreamId{12, 0}.previous().text()), "11-18446744073709551615");
  EXPECT_EQ((StreamId{11, 18446744073709551615U}.next().text()), "12-0");
  EXPECT_EQ((StreamId{}.previous()), StreamId{});
}

TEST(GroupPositions, ThroughEndsBeforeTheFirstPendingEntry) {
  EXPECT_EQ((GroupPosition{.delivered = {9, 0}, .first_pending = {}}.through()), (StreamId{9, 0}));
  EXPECT_EQ((GroupPosition{.delivered = {9, 0}, .first_pending = StreamId{7, 1}}.through()),
            (StreamId{7, 0}));
  EXPECT_EQ((GroupPosition{.delivered = {9, 0}, .first_pending = StreamId{10, 0}}.through()),
            (StreamId{9, 0}))
      << "handed out after `delivered` was asked";
}

}  // namespace
}  // namespace waymark::tracker
