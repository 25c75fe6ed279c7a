#include "redirect/server/address_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace waymark::redirect {
namespace {

IpAddress address(std::string_view text) {
  return parse_address(text).value();
}

TEST(AddressLimit, CountsEachAddressApart) {
  AddressLimit limit{2, 1};
  EXPECT_TRUE(limit.enter(address("198.51.100.7")));
  EXPECT_TRUE(limit.enter(address("198.51.100.7")));
  EXPECT_FALSE(limit.enter(address("198.51.100.7")));
  EXPECT_TRUE(limit.enter(address("198.51.100.8")));
  limit.leave(address("198.51.100.7"));
  EXPECT_TRUE(limit.enter(address("198.51.100.7")));
  EXPECT_FALSE(limit.enter(address("198.51.100.7")));
}

TEST(AddressLimit, CountsIpv6ByNetworksOf64Bits) {
  AddressLimit limit{1, 1};
  EXPECT_TRUE(limit.enter(address("2001:db8:0:1::1")));
  EXPECT_FALSE(limit.enter(address("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(limit.enter(address("2001:db8:0:2::1")));
}

TEST(AddressLimit, ZeroIsNoLimit) {
  AddressLimit limit{0, 1};
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(limit.enter(address("198.51.100.7")));
  limit.leave(address("198.51.100.7"));
}

TEST(AddressLimit, HoldsAmongThreads) {
  constexpr int limit_of_each = 100;
  AddressLimit limit{limit_of_each, 1};
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      int mine = 0;
      for (int i = 0; i < 20'000; ++i) {
        if (i % 3 != 2) {
          if (!limit.enter(address("198.51.100.7"))) continue;
          ++mine;
          most = std::max(most.load(), ++inside);
        } else if (mine > 0) {
          --mine;
          --inside;
          limit.leave(address("198.51.100.7"));
        }
      }
      for (; mine > 0; --mine) {
        --inside;
        limit.leave(address("198.51.100.7"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, limit_of_each);
  for (int i = 0; i < limit_of_each; ++i) EXPECT_TRUE(limit.enter(address("198.51.100.7")));
  EXPECT_FALSE(limit.enter(address("198.51.100.7")));
}

}  // namespace
}  // namespace waymark::redirect
