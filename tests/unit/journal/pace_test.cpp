// The keeper's pauses, without waiting for any.
#include "redirect/journal/pace.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;
using Time = Pace::Clock::time_point;

constexpr std::chrono::nanoseconds slice_time{976'562};  // 256 KiB at 256 MiB/s
const Time start{1h};

TEST(Pace, ASliceIsDueWhenTheRateAllows) {
  EXPECT_EQ(Pace{1}.next(start, Pace::slice_bytes, start + 40us), start + slice_time);
  EXPECT_EQ(Pace{4}.next(start, Pace::slice_bytes, start + 40us), start + slice_time / 4);
}

TEST(Pace, ALittleLatenessIsMadeUpFor) {
  EXPECT_EQ(Pace{1}.next(start, Pace::slice_bytes, start + 2 * slice_time), start + slice_time);
}

TEST(Pace, MuchLatenessGivesAFewSlicesInARowAndThenAPause) {
  const Pace pace{1};
  const Time now = start + 100ms;
  Time due = start;
  int in_a_row = 0;
  while ((due = pace.next(due, Pace::slice_bytes, now)) <= now) ++in_a_row;
  EXPECT_EQ(in_a_row, Pace::slices_in_a_row_max + 1);
}

TEST(Pace, WithoutThreadsThereAreNoPauses) {
  EXPECT_LE(Pace{}.next(start, Pace::slice_bytes, start), start);
}

TEST(Pace, SlicesCoverAllOnceInOrder) {
  using Slices = std::vector<std::pair<std::size_t, std::size_t>>;
  constexpr std::size_t slice = Pace::slice_bytes;
  for (const auto& [end, wanted] :
       {std::pair{std::size_t{7}, Slices{}}, std::pair{std::size_t{9}, Slices{{7, 9}}},
        std::pair{
            2 * slice + 8,
            Slices{{7, slice + 7}, {slice + 7, 2 * slice + 7}, {2 * slice + 7, 2 * slice + 8}}}}) {
    Slices seen;
    EXPECT_TRUE(Pace{}.each_slice(7, end, [&](std::size_t from, std::size_t to) {
      seen.emplace_back(from, to);
      return true;
    }));
    EXPECT_EQ(seen, wanted);
  }
}

TEST(Pace, AFailureEndsIt) {
  int calls = 0;
  EXPECT_FALSE(Pace{}.each_slice(0, 3 * Pace::slice_bytes,
                                 [&](std::size_t, std::size_t) { return ++calls < 2; }));
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace waymark::redirect
