#include "redirect/links/alias_table.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <optional>
#include <string>

namespace waymark::redirect {
namespace {

const LookupKey target{"*", "new"};

LookupKey alias(int number) {
  return {"*", "old" + std::to_string(number)};
}

TEST(AliasTable, KnowsTheAliasesOfATarget) {
  AliasTable table{10};
  EXPECT_FALSE(table.learn(target, alias(1)));
  EXPECT_FALSE(table.learn(target, alias(2)));
  EXPECT_FALSE(table.learn({"*", "newer"}, alias(3)));
  EXPECT_FALSE(table.learn(target, alias(1)));
  EXPECT_EQ(table.aliases_of(target), (std::vector{alias(1), alias(2)}));
  EXPECT_TRUE(table.aliases_of({"go.example", "new"}).empty());
}

TEST(AliasTable, FullItNamesTheOneLearntLongestAgoWhichItDrops) {
  AliasTable table{3};
  for (int i = 1; i <= 3; ++i) table.learn(target, alias(i));
  EXPECT_FALSE(table.learn(target, alias(1))) << "known ones are renewed";
  EXPECT_EQ(table.learn({"*", "other"}, alias(4)), alias(2));
  EXPECT_EQ(table.aliases_of(target), (std::vector{alias(1), alias(3)}));
  EXPECT_EQ(table.aliases_of({"*", "other"}), std::vector{alias(4)});
}

// Its size must not be felt: all lookups wait for the thread that asks.
TEST(AliasTable, LearnsAsFastWhenItIsFull) {
  AliasTable table{100'000};
  const auto learn = [&](int from, int to) {
    const std::clock_t begin = std::clock();
    for (int i = from; i < to; ++i) table.learn(target, alias(i));
    return static_cast<double>(std::clock() - begin);
  };
  learn(0, 100'000);
  const double fresh = learn(100'000, 110'000);
  const double known = learn(100'000, 110'000);
  EXPECT_LT(fresh / CLOCKS_PER_SEC, 1) << "10,000 that push others out";
  EXPECT_LT(known / CLOCKS_PER_SEC, 1);
}

}  // namespace
}  // namespace waymark::redirect
