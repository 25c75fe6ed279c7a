#include "redirect/links/alias_table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;

const AliasTable::Time noon{12h};
const LookupKey target{"*", "new"};

LookupKey alias(int number) {
  return {"*", "old" + std::to_string(number)};
}

TEST(AliasTable, KnowsTheAliasesOfATarget) {
  AliasTable table{10, 1min};
  EXPECT_TRUE(table.learn(target, alias(1), noon));
  EXPECT_TRUE(table.learn(target, alias(2), noon));
  EXPECT_TRUE(table.learn(target, alias(1), noon + 1s));
  EXPECT_EQ(table.aliases_of(target), (std::vector{alias(1), alias(2)}));
  EXPECT_TRUE(table.aliases_of({"go.example", "new"}).empty());
  EXPECT_EQ(table.size(), 2U);
}

TEST(AliasTable, FullItForgetsWhatIsNotAskedForAndElseRefuses) {
  AliasTable table{2, 1min};
  table.learn(target, alias(1), noon);
  table.learn(target, alias(2), noon + 50s);
  EXPECT_FALSE(table.learn({"*", "other"}, alias(3), noon + 59s));
  EXPECT_TRUE(table.learn(target, alias(2), noon + 61s)) << "known ones are renewed";
  EXPECT_TRUE(table.learn({"*", "other"}, alias(3), noon + 61s));
  EXPECT_EQ(table.aliases_of(target), std::vector{alias(2)});
  EXPECT_EQ(table.size(), 2U);
}

}  // namespace
}  // namespace waymark::redirect
