// The limit on connections of the process, and who of the threads gets the next one.
#include "redirect/server/connection_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace waymark::redirect {
namespace {

TEST(ConnectionLimit, OneThreadMayHaveThemAll) {
  ConnectionLimit limit{3, 2};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.enter(1));
  EXPECT_TRUE(limit.full());
  EXPECT_FALSE(limit.enter(0));
  EXPECT_FALSE(limit.enter(1));
  limit.leave(1);
  EXPECT_FALSE(limit.full());
  EXPECT_TRUE(limit.enter(0)) << "who was refused took nothing";
  EXPECT_FALSE(limit.enter(0));
}

TEST(ConnectionLimit, NamesTheThreadWithTheFewest) {
  ConnectionLimit limit{10, 3};
  EXPECT_EQ(limit.thread_with_fewest(1), 1U) << "who asks keeps it where nobody has fewer";
  EXPECT_TRUE(limit.enter(1));
  EXPECT_EQ(limit.thread_with_fewest(1), 0U);
  EXPECT_EQ(limit.thread_with_fewest(2), 2U);
  EXPECT_TRUE(limit.enter(0) && limit.enter(2) && limit.enter(2));
  EXPECT_EQ(limit.thread_with_fewest(2), 0U);
  limit.leave(1);
  EXPECT_EQ(limit.thread_with_fewest(2), 1U);
}

TEST(ConnectionLimit, HoldsAmongThreads) {
  constexpr int max = 50;
  ConnectionLimit limit{max, 4};
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2'000; ++i) {
        int mine = 0;
        for (; mine < 20 && limit.enter(thread); ++mine) {
          const int now = ++inside;
          for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
          }
        }
        for (; mine > 0; --mine) {
          --inside;
          limit.leave(thread);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, max);
  for (int i = 0; i < max; ++i) EXPECT_TRUE(limit.enter(0)) << "all were given back";
}

}  // namespace
}  // namespace waymark::redirect
