#include "redirect/server/timer_wheel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t start_ms = 1'000'000;

std::vector<WheelEntry*> advance(TimerWheel& wheel, std::uint64_t now_ms) {
  std::vector<WheelEntry*> expired;
  wheel.advance(now_ms, [&](WheelEntry& entry) { expired.push_back(&entry); });
  return expired;
}

TEST(TimerWheel, ExpiresWithinATickAfterTheDeadline) {
  TimerWheel wheel;
  WheelEntry entry;
  advance(wheel, start_ms);
  wheel.set(entry, start_ms + 10'000);
  EXPECT_TRUE(advance(wheel, start_ms + 9'999).empty());
  EXPECT_EQ(advance(wheel, start_ms + 10'000 + 2 * TimerWheel::tick_ms).size(), 1U);
}

TEST(TimerWheel, ALaterDeadlineIsFoundAgain) {
  TimerWheel wheel;
  WheelEntry entry;
  advance(wheel, start_ms);
  wheel.set(entry, start_ms + 1'000);
  wheel.set(entry, start_ms + 60'000);
  EXPECT_TRUE(advance(wheel, start_ms + 59'000).empty());
  EXPECT_EQ(advance(wheel, start_ms + 61'000).size(), 1U);
}

TEST(TimerWheel, AnEarlierDeadlineIsKept) {
  TimerWheel wheel;
  WheelEntry entry;
  advance(wheel, start_ms);
  wheel.set(entry, start_ms + 60'000);
  wheel.set(entry, start_ms + 1'000);
  EXPECT_EQ(advance(wheel, start_ms + 2'000).size(), 1U);
}

TEST(TimerWheel, ARemovedEntryIsForgotten) {
  TimerWheel wheel;
  WheelEntry entry;
  advance(wheel, start_ms);
  wheel.set(entry, start_ms + 1'000);
  wheel.remove(entry);
  EXPECT_TRUE(advance(wheel, start_ms + 100'000).empty());
}

TEST(TimerWheel, NothingExpiresEarlyAndNothingIsForgotten) {
  rc::check([] {
    TimerWheel wheel;
    std::uint64_t now = start_ms;
    advance(wheel, now);
    std::vector<std::unique_ptr<WheelEntry>> entries;
    for (int i = 0; i < 20; ++i) entries.push_back(std::make_unique<WheelEntry>());
    for (int step = 0; step < 50; ++step) {
      const auto which = *rc::gen::inRange<std::size_t>(0, entries.size());
      wheel.set(*entries[which], now + *rc::gen::inRange<std::uint64_t>(0, 300'000));
      now += *rc::gen::inRange<std::uint64_t>(0, 40'000);
      for (WheelEntry* entry : advance(wheel, now)) {
        RC_ASSERT(entry->deadline_ms <= now);
      }
      for (auto& entry : entries) {
        const bool overdue = entry->deadline_ms + 2 * TimerWheel::tick_ms <= now;
        RC_ASSERT(entry->next == nullptr || !overdue);
      }
    }
  });
}

}  // namespace
}  // namespace waymark::redirect
