// The limit on connections of one address: whose they are, and that each is given back.
#include "redirect/server/address_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t seed = 7;

IpAddress address(std::string_view text) {
  return parse_address(text).value();
}

TEST(AddressLimit, AnAddressGetsSoManyAndNoMore) {
  AddressLimit limit{2, seed};
  EXPECT_TRUE(limit.enter(address("203.0.113.7")));
  EXPECT_TRUE(limit.enter(address("203.0.113.7")));
  EXPECT_FALSE(limit.enter(address("203.0.113.7")));
  EXPECT_TRUE(limit.enter(address("203.0.113.8"))) << "another address has its own";
  limit.leave(address("203.0.113.7"));
  EXPECT_TRUE(limit.enter(address("203.0.113.7"))) << "one has left";
  EXPECT_FALSE(limit.enter(address("203.0.113.7")));
}

TEST(AddressLimit, AnIpv6CustomerIsOneWhateverItsAddresses) {
  AddressLimit limit{2, seed};
  EXPECT_TRUE(limit.enter(address("2001:db8:0:1::1")));
  EXPECT_TRUE(limit.enter(address("2001:db8:0:1:ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(limit.enter(address("2001:db8:0:1:0:1::")));
  EXPECT_TRUE(limit.enter(address("2001:db8:0:2::1"))) << "another network has its own";
  limit.leave(address("2001:db8:0:1::1"));
  EXPECT_TRUE(limit.enter(address("2001:db8:0:1::2")));
}

// 2001:db8::/64 begins with the four octets of 32.1.13.184, and zeros behind them.
TEST(AddressLimit, AnIpv6NetworkIsNobodysIpv4Address) {
  AddressLimit limit{1, seed};
  EXPECT_TRUE(limit.enter(address("32.1.13.184")));
  EXPECT_TRUE(limit.enter(address("2001:db8::1")));
}

TEST(AddressLimit, AnIpv4AddressMappedIntoIpv6IsTheSame) {
  AddressLimit limit{1, seed};
  EXPECT_TRUE(limit.enter(address("203.0.113.7")));
  EXPECT_FALSE(limit.enter(address("::ffff:203.0.113.7")));
}

TEST(AddressLimit, ZeroIsNoLimit) {
  AddressLimit limit{0, seed};
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(limit.enter(address("203.0.113.7")));
  limit.leave(address("203.0.113.7"));
}

TEST(AddressLimit, HoldsAmongThreads) {
  constexpr int limit_of_each = 100;
  AddressLimit limit{limit_of_each, seed};
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
