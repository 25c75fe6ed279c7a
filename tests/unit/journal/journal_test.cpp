// Writer and reader of one origin on real files.
#include "tests/unit/journal/journal_fixture.hpp"

#include <rapidcheck.h>
#include <unistd.h>

namespace waymark::redirect {
namespace {

TEST(Journal, ReadsBackWhatWasWritten) {
  EXPECT_TRUE(rc::check("any lines, any batch size", [] {
    JournalFixture journal;
    const auto sizes =
        *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 6'000));
    std::vector<std::string> written;
    for (const std::size_t size : sizes) {
      written.push_back(numbered_line(written.size() + 1, size));
      RC_ASSERT(*journal.append(written.back()) == written.size());
    }
    const auto batch_bytes = *rc::gen::inRange<std::size_t>(1, 20'000);
    RC_ASSERT(journal.read_all(1, written.size(), batch_bytes) == written);
  }));
}

TEST(Journal, ReadsFromAnyNumber) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 2'000; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 100)));
  ASSERT_GT(journal.origin->segments().size(), 3U);
  JournalReader reader{*journal.origin};
  std::vector<std::string_view> lines;
  for (const Sequence n : {Sequence{1'999}, Sequence{1}, Sequence{777}, Sequence{778}}) {
    const auto batch = reader.read({n, n}, 1, lines);
    EXPECT_EQ(batch.range, (SequenceRange{n, n}));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0], numbered_line(n, 100));
  }
}

TEST(Journal, ReaderFollowsTheWriter) {
  JournalFixture journal;
  JournalReader reader{*journal.origin};
  std::vector<std::string_view> lines;
  for (Sequence n = 1; n <= 1'000; ++n) {
    ASSERT_TRUE(journal.append(numbered_line(n, 300)));
    ASSERT_EQ(reader.read({n, n}, 16'384, lines).range.last, n);
    ASSERT_EQ(lines.at(0), numbered_line(n, 300));
  }
}

TEST(Journal, BatchesKeepTheirLimit) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 100; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 500)));
  JournalReader reader{*journal.origin};
  std::vector<std::string_view> lines;
  const auto batch = reader.read({1, 100}, 2'000, lines);
  EXPECT_EQ(batch.range, (SequenceRange{1, 3}));
  EXPECT_LE(batch.bytes, 2'000U);
  EXPECT_EQ(reader.read({4, 100}, 1, lines).range, (SequenceRange{4, 4})) << "one line always fits";
}

TEST(Journal, ReservingTwiceTakesNothing) {
  JournalFixture journal;
  const auto first = journal.writer->reserve();
  EXPECT_EQ(*first, *journal.writer->reserve());
  EXPECT_EQ(*journal.append("a\n"), 1U);
}

TEST(Journal, NumbersThatAreGoneAreNamed) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 400; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 500)));
  const auto segments = journal.origin->segments();
  ASSERT_GE(segments.size(), 3U);
  journal.origin->remove(segments[1]);
  const auto found = journal.read_all(segments[1]->first() - 1, segments[1]->last() + 1, 16'384);
  EXPECT_EQ(found, (std::vector<std::string>{numbered_line(segments[1]->first() - 1, 500),
                                             "<lost " + std::to_string(segments[1]->first()) + "-" +
                                                 std::to_string(segments[1]->last()) + ">",
                                             numbered_line(segments[1]->last() + 1, 500)}));
}

TEST(Journal, DropsAreCountedByReason) {
  JournalFixture journal;
  journal.preparing = false;
  ASSERT_TRUE(journal.append("x\n"));
  journal.origin->set_prepare_error(Errc::journal_full);
  while (journal.append(numbered_line(1, 4'000))) {
  }
  EXPECT_EQ(journal.append("x\n").error(), Errc::journal_full);
  journal.origin->set_prepare_error(Errc::journal_io);
  EXPECT_EQ(journal.append("x\n").error(), Errc::journal_io);
  EXPECT_EQ(journal.writer->dropped_full(), 2U);
  EXPECT_EQ(journal.writer->dropped_io(), 1U);
  const Sequence last = journal.writer->last();
  journal.preparing = true;
  journal.prepare();
  EXPECT_EQ(*journal.append("x\n"), last + 1) << "drops leave no gap";
}

TEST(Journal, WakesOnceWhenTheBytesAreThere) {
  JournalFixture journal;
  int woken = 0;
  journal.writer->wake_at(
      10, [](void* count) { ++*static_cast<int*>(count); }, &woken);
  ASSERT_TRUE(journal.append("1234\n"));
  EXPECT_EQ(woken, 0);
  ASSERT_TRUE(journal.append("1234\n"));
  EXPECT_EQ(woken, 1);
  ASSERT_TRUE(journal.append("1234\n"));
  EXPECT_EQ(woken, 1);
}

// The kernel raises SIGBUS for a page that cannot be had; a shortened file is the cheapest way to
// such a page.
TEST(Journal, AFailingPageNeitherKillsNorLosesClicks) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 20; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 1'000)));
  const auto failing = journal.origin->segments().at(0);
  ASSERT_EQ(::truncate(failing->file().c_str(), 16 * 1024), 0);
  for (Sequence n = 21; n <= 40; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 1'000)));
  EXPECT_TRUE(failing->failed()) << "the writer left it";
  EXPECT_EQ(journal.origin->segments().size(), 2U);

  const auto mapping = failing->pin();
  ASSERT_TRUE(mapping);
  EXPECT_FALSE((*mapping)->sync(0, small_segment));
  const auto rescued = rescue_segment(journal.folder, {journal.folder.epoch(), 0, 99}, *failing);
  ASSERT_TRUE(rescued);
  journal.origin->replace(failing, *rescued);
  // What had been stored in the part that the "disk" lost is lost; all else is there, once.
  const auto found = journal.read_all(1, 40, 16'384);
  EXPECT_EQ(found.back(), numbered_line(40, 1'000));
  EXPECT_EQ(found.front(), numbered_line(1, 1'000));
}

}  // namespace
}  // namespace waymark::redirect
