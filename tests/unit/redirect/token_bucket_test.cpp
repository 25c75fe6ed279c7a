// The budget of all for unknown codes: burst, rate, and what was under way when it ran out.
#include "redirect/links/token_bucket.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect::test {
namespace {

constexpr std::uint64_t start_ms = 1'000'000;

TEST(TokenBucket, IsEmptyAfterTheBurstAndRefills) {
  TokenBucket bucket{10, 3};
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(bucket.empty(start_ms));
    bucket.take(start_ms);
  }
  EXPECT_TRUE(bucket.empty(start_ms));
  EXPECT_TRUE(bucket.empty(start_ms + 99));
  EXPECT_FALSE(bucket.empty(start_ms + 100));
}

TEST(TokenBucket, HoldsNoMoreThanTheBurst) {
  TokenBucket bucket{10, 3};
  bucket.take(start_ms);
  const std::uint64_t later = start_ms + 3'600'000;
  for (int i = 0; i < 3; ++i) bucket.take(later);
  EXPECT_TRUE(bucket.empty(later));
}

// Sixty-four connections ask whenever there is a token, all at the same moment, and pay once they
// have their answers: what got through was sixty-four for each token.
TEST(TokenBucket, ManyWhoAskAtOnceGetNoMoreThanTheRate) {
  constexpr int askers = 64;
  constexpr int seconds = 20;
  TokenBucket bucket{100, 100};
  int granted = 0;
  for (std::uint64_t ms = 0; ms < seconds * 1000; ++ms) {
    if (bucket.empty(start_ms + ms)) continue;
    granted += askers;
    for (int i = 0; i < askers; ++i) bucket.take(start_ms + ms);
  }
  EXPECT_LE(granted, 100 + 100 * seconds + askers);
  EXPECT_GE(granted, 100 * seconds);
}

}  // namespace
}  // namespace waymark::redirect::test
