// When a starting tracker must take its store for one that has lost commits.
#include "tracker/drain/publisher.hpp"

#include <gtest/gtest.h>

namespace waymark::tracker {
namespace {

OriginRow row(SequenceRange committed, SequenceRange lost = {}) {
  OriginRow origin;
  origin.key = "00000000000000aa/0";
  origin.committed.add(committed);
  if (lost.first != 0) origin.lost.add(lost);
  return origin;
}

HeldFigure published(SequenceRange range, std::string generation = "g1") {
  HeldFigure figure{.origin = "00000000000000aa/0", .figure = {}};
  figure.figure.generation = std::move(generation);
  figure.figure.committed.add(range);
  return figure;
}

TEST(StoreIsBehind, NotWhenNothingWasPublished) {
  EXPECT_FALSE(store_is_behind("g1", {}, "", {}));
}

TEST(StoreIsBehind, NotWhenItHoldsAtLeastWhatWasPublished) {
  EXPECT_FALSE(store_is_behind("g1", {row({1, 9})}, "g1", {published({1, 9})}));
  EXPECT_FALSE(store_is_behind("g1", {row({1, 9})}, "g1", {published({1, 5})}));
  EXPECT_FALSE(store_is_behind("g1", {row({1, 5}, {6, 9})}, "g1", {published({1, 9})}))
      << "what is lost is settled";
}

TEST(StoreIsBehind, WhenAFigureSaysMore) {
  EXPECT_TRUE(store_is_behind("g1", {row({1, 8})}, "g1", {published({1, 9})}));
  EXPECT_TRUE(store_is_behind("g1", {}, "g1", {published({1, 1})}));
}

TEST(StoreIsBehind, WhenAnotherGenerationWasPublished) {
  EXPECT_TRUE(store_is_behind("g1", {row({1, 9})}, "g2", {}));
}

TEST(StoreIsBehind, FiguresOfOtherGenerationsSayNothing) {
  EXPECT_FALSE(store_is_behind("g1", {row({1, 5})}, "g1", {published({1, 9}, "g0")}));
}

TEST(StoreLacks, WhatAnEdgeKnowsBeyondIt) {
  EXPECT_TRUE(store_lacks("g1", {row({1, 8})}, {published({1, 9})}));
  EXPECT_TRUE(store_lacks("g1", {row({1, 8})}, {published({12, 12})}));
  EXPECT_FALSE(store_lacks("g1", {row({1, 9})}, {published({1, 9}), published({1, 99}, "g0")}));
}

TEST(Beliefs, AreTheFiguresOfAReport) {
  const auto held = parse_beliefs(
      R"({"name":"edge1","last":{"0":9},"known":{"00000000000000aa/0":"g1;7;9-9","b/1":"g0;3;"}})");
  ASSERT_EQ(held.size(), 2U);
  EXPECT_EQ(held[0].origin, "00000000000000aa/0");
  EXPECT_EQ(held[0].figure.text(), "g1;7;9-9");
  EXPECT_EQ(held[1].figure.text(), "g0;3;");
}

TEST(Beliefs, AreNoneOfWhatIsNoReport) {
  for (const char* text : {"", "[]", "{", R"({"name":"edge1"})", R"({"known":7})",
                           R"({"known":{"a/0":7,"b/0":"no figure"}})"}) {
    EXPECT_TRUE(parse_beliefs(text).empty()) << text;
  }
}

}  // namespace
}  // namespace waymark::tracker
