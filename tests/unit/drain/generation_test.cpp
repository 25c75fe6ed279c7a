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

PublishedFigure published(SequenceRange range, std::string generation = "g1") {
  PublishedFigure figure{.origin = "00000000000000aa/0", .figure = {}};
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

}  // namespace
}  // namespace waymark::tracker
