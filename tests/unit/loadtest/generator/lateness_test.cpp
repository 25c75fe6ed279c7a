#include "loadtest/kit/lateness.hpp"

#include <gtest/gtest.h>

namespace waymark::loadtest {
namespace {

constexpr std::uint64_t us = 1'000;
constexpr std::uint64_t ms = 1'000'000;

TEST(Lateness, ARequestThatFindsAConnectionIsLateFromWhenItWasDue) {
  Lateness lateness;
  EXPECT_EQ(lateness.of(10 * ms, 10 * ms + 7 * us), 7 * us);
}

// One connection to a server that takes 20 ms; the thread sleeps until each answer comes.
TEST(Lateness, ASlowServerMakesRequestsWaitButNotLate) {
  Lateness lateness;
  std::uint64_t now = 0;
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t sent = now;
    lateness.asks(now);
    now += 20 * ms;
    lateness.told(now, 1);
    now += 5 * us;
    lateness.made_room(sent, now);
    EXPECT_EQ(lateness.of(1 * ms, now), 5 * us) << i;
  }
}

// Each answer lies in its socket for 900 us of a millisecond, since the thread is never done.
TEST(Lateness, AThreadThatNeverSleepsAnswersForTheWaitItMade) {
  Lateness lateness;
  std::uint64_t now = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t sent = now;
    lateness.asks(now);
    lateness.told(now + us, 1);
    now += ms;
    lateness.made_room(sent, now);
  }
  const std::uint64_t due = 10 * ms;
  const auto waited = static_cast<double>(now - due);
  EXPECT_GT(static_cast<double>(lateness.of(due, now)), 0.9 * waited);
  EXPECT_LE(static_cast<double>(lateness.of(due, now)), waited);
}

TEST(Lateness, AServerThatStoppedIsToBlameForTheQueueItLeaves) {
  Lateness lateness;
  lateness.asks(0);
  std::uint64_t now = 1'000 * ms;
  lateness.told(now, 8);  // all connections at once, after a second
  for (int i = 0; i < 8; ++i) {
    now += 5 * us;
    lateness.made_room(0, now);
    EXPECT_LE(lateness.of(1 * ms, now), 40 * us) << i;
  }
}

TEST(Lateness, AQueueThatWasServedIsForgotten) {
  Lateness lateness;
  lateness.asks(0);
  lateness.told(0, 1);
  lateness.made_room(0, 10 * ms);  // unread all the time
  EXPECT_GT(lateness.of(0, 10 * ms), 9 * ms);
  lateness.queue_is_empty();
  lateness.asks(10 * ms);
  lateness.told(30 * ms, 1);
  lateness.made_room(10 * ms, 30 * ms);
  EXPECT_EQ(lateness.of(15 * ms, 30 * ms), 0U);
}

}  // namespace
}  // namespace waymark::loadtest
