#include "common/ranges.hpp"

#include "common/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <set>

namespace waymark {

std::ostream& operator<<(std::ostream& out, const SequenceRange& range) {
  return out << range.first << '-' << range.last;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SequenceSet set_of(std::initializer_list<SequenceRange> ranges) {
  SequenceSet set;
  for (const SequenceRange& range : ranges) set.add(range);
  return set;
}

TEST(SequenceSet, joins_what_touches_and_overlaps) {
  EXPECT_THAT(set_of({{5, 6}, {1, 2}}).ranges(),
              ElementsAre(SequenceRange{1, 2}, SequenceRange{5, 6}));
  EXPECT_THAT(set_of({{1, 2}, {5, 6}, {3, 4}}).ranges(), ElementsAre(SequenceRange{1, 6}));
  EXPECT_THAT(set_of({{2, 3}, {5, 6}, {8, 9}, {1, 8}}).ranges(), ElementsAre(SequenceRange{1, 9}));
  EXPECT_THAT(set_of({{1, 9}, {4, 5}}).ranges(), ElementsAre(SequenceRange{1, 9}));
}

TEST(SequenceSet, holds_the_largest_numbers) {
  constexpr Sequence top = std::numeric_limits<Sequence>::max();
  const SequenceSet set = set_of({{top, top}, {1, 1}, {top - 1, top - 1}});
  EXPECT_THAT(set.ranges(), ElementsAre(SequenceRange{1, 1}, SequenceRange{top - 1, top}));
  EXPECT_THAT(set.missing({1, top}), ElementsAre(SequenceRange{2, top - 2}));
}

TEST(SequenceSet, is_complete_only_from_one_on) {
  EXPECT_EQ(SequenceSet{}.complete(), 0U);
  EXPECT_EQ(set_of({{2, 9}}).complete(), 0U);
  EXPECT_EQ(set_of({{1, 9}, {11, 12}}).complete(), 9U);
}

// Against a plain set of numbers.
RC_GTEST_PROP(SequenceSet, behaves_like_a_set, ()) {
  SequenceSet set;
  std::set<Sequence> model;
  const auto starts = *rc::gen::container<std::vector<Sequence>>(rc::gen::inRange<Sequence>(1, 60));
  for (const Sequence first : starts) {
    const auto last = *rc::gen::inRange<Sequence>(first, first + 8);
    set.add({first, last});
    for (Sequence number = first; number <= last; ++number) model.insert(number);
  }
  RC_ASSERT(set.count() == model.size());
  std::set<Sequence> gaps;
  for (const SequenceRange& gap : set.missing({1, 80})) {
    for (Sequence number = gap.first; number <= gap.last; ++number) gaps.insert(number);
  }
  for (Sequence number = 1; number <= 80; ++number) {
    RC_ASSERT(set.contains(number) == (model.count(number) == 1));
    RC_ASSERT(gaps.count(number) + model.count(number) == 1);
  }
  const auto& ranges = set.ranges();
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    RC_ASSERT(ranges[i - 1].last + 1 < ranges[i].first);
  }
}

TEST(SequenceSet, covers_whole_ranges_only) {
  const SequenceSet set = set_of({{1, 5}, {7, 9}});
  EXPECT_TRUE(set.covers({2, 5}));
  EXPECT_TRUE(set.covers({7, 7}));
  EXPECT_FALSE(set.covers({5, 7}));
  EXPECT_FALSE(set.covers({6, 6}));
  EXPECT_FALSE(set.covers({9, 10}));
}

TEST(Figure, has_the_documented_text) {
  EXPECT_EQ((Figure{"g1", {}}).text(), "g1;0;");
  EXPECT_EQ((Figure{"g1", set_of({{1, 7}})}).text(), "g1;7;");
  EXPECT_EQ((Figure{"g1", set_of({{1, 7}, {9, 9}, {12, 20}})}).text(), "g1;7;9-9,12-20");
  EXPECT_EQ((Figure{"g1", set_of({{2, 7}})}).text(), "g1;0;2-7");
}

RC_GTEST_PROP(Figure, reads_what_it_wrote, ()) {
  Figure figure{"7f3a9c", {}};
  for (const Sequence first : *rc::gen::container<std::vector<Sequence>>(
           rc::gen::inRange<Sequence>(1, std::numeric_limits<Sequence>::max() - 9))) {
    figure.committed.add({first, first + *rc::gen::inRange<Sequence>(0, 9)});
  }
  RC_PRE(figure.committed.ranges().size() <= limits::committed_ranges_max);
  RC_ASSERT(parse_figure(figure.text()).value() == figure);
}

TEST(Figure, names_no_more_ranges_than_allowed) {
  Figure figure{"g", set_of({{1, 1}})};
  for (Sequence i = 1; i <= 100; ++i) figure.committed.add({10 * i, 10 * i});
  const auto read = parse_figure(figure.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->committed.ranges().size(), 1 + limits::committed_ranges_max);
  EXPECT_TRUE(figure.committed.covers(read->committed.ranges().back()));
}

TEST(Figure, refuses_what_is_none) {
  for (const char* text : {"",
                           "g",
                           "g;1",
                           ";1;",
                           "g;;",
                           "g;x;",
                           "g;-1;",
                           "g;1;2",
                           "g;1;2-",
                           "g;1;3-2",
                           "g;0;0-1",
                           "g;5;3-9",
                           "g;5;5-9",
                           "g;1;7-8,5-6",
                           "g;1;7-8,8-9",
                           "g;1;7-8;",
                           "g;1; 7-8",
                           "g h;1;",
                           "g;18446744073709551616;",
                           "g;1;7-8,,9-10",
                           "g;1;7-8,"}) {
    EXPECT_EQ(parse_figure(text).error(), Errc::malformed_figure) << text;
  }
}

TEST(Origin, has_the_documented_texts) {
  const Origin origin{"edge-1.example", "00ff00ff00ff00ff", 3};
  EXPECT_EQ(origin.text(), "edge-1.example/00ff00ff00ff00ff/3");
  EXPECT_EQ(origin.key(), "00ff00ff00ff00ff/3");
  EXPECT_EQ(parse_origin(origin.text()).value(), origin);
}

TEST(Origin, refuses_what_is_none) {
  for (const char* text : {"", "00ff00ff00ff00ff/3", "e/00ff00ff00ff00f/3", "e/00FF00ff00ff00ff/3",
                           "e/00ff00ff00ff00ff/", "e/00ff00ff00ff00ff/x", "/00ff00ff00ff00ff/3",
                           "e/00ff00ff00ff00ff/3/4", "a b/00ff00ff00ff00ff/3",
                           "e/00ff00ff00ff00ff/-1", "e/00ff00ff00ff00ff/4294967296"}) {
    EXPECT_TRUE(parse_origin(text).has_error()) << text;
  }
}

}  // namespace
}  // namespace waymark
