// The keeper's policies, on real files: budget, keeping, syncing, rescue.
#include "redirect/journal/keeper.hpp"

#include "redirect/journal/reader.hpp"
#include "redirect/journal/scan.hpp"
#include "redirect/journal/writer.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t recent_ms = 4'000'000'000'000;  // never past journal.keep

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class Keeper : public testing::Test {
 protected:
  void start(std::uint64_t segments_max) {
    JournalOptions options;
    options.dir = dir.path();
    options.segment_bytes = small_segment;
    options.max_bytes = segments_max * small_segment;
    options.sync = 20ms;
    keeper.emplace(options, EpochFolder::create(dir.path()), 1U, log);
    origin = keeper->origin(0);
    writer.emplace(*origin);
  }
  ~Keeper() override { writer.reset(); }

  Result<Sequence> append(std::uint64_t unix_ms = recent_ms) {
    const auto room = writer->reserve();
    if (!room) return room.error();
    const std::string line = numbered_line(writer->last() + 1, 1'000);
    std::memcpy(*room, line.data(), line.size());
    return writer->commit(line.size(), unix_ms);
  }
  // Appends until the journal is full; its last number.
  Sequence fill() {
    while (append()) {
    }
    return writer->last();
  }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file :
         std::filesystem::directory_iterator{keeper->folder().path()}) {
      ++count;
    }
    return count;
  }

  test::TemporaryFolder dir;
  Log log{"redirect", LogLevel::error};
  std::optional<JournalKeeper> keeper;
  std::shared_ptr<OriginJournal> origin;
  std::optional<JournalWriter> writer;
};

TEST_F(Keeper, OwedClicksAloneFillTheJournalAndNothingMore) {
  start(4);
  const Sequence last = fill();
  EXPECT_EQ(append().error(), Errc::journal_full);
  EXPECT_LE(disk_bytes(dir.path()), 4 * small_segment);
  EXPECT_EQ(origin->first(), 1U) << "nothing owed is let go";
  EXPECT_GT(last, 4 * small_segment / 1'200);
}

TEST_F(Keeper, TheOldestCommittedSegmentMakesRoom) {
  start(4);
  const Sequence full = fill();
  const auto first = origin->segments().front();
  SequenceSet committed;
  committed.add({1, first->last() - 1});
  origin->set_committed(committed);
  std::this_thread::sleep_for(1'200ms);
  EXPECT_FALSE(append()) << "one click of it is owed";
  committed.add({1, first->last()});
  origin->set_committed(committed);
  ASSERT_TRUE(eventually([&] { return append().has_value(); }));
  EXPECT_EQ(writer->last(), full + 1);
  EXPECT_EQ(origin->first(), first->last() + 1);
  EXPECT_LE(disk_bytes(dir.path()), 4 * small_segment);
}

// Round and round in recycled files: what is read is what was written last.
TEST_F(Keeper, RecycledSegmentsShowNothingOld) {
  start(4);
  JournalReader reader{*origin};
  std::vector<std::string_view> lines;
  SequenceSet committed;
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(eventually([&] { return append().has_value(); }));
    const Sequence n = writer->last();
    ASSERT_EQ(reader.read({n, n}, 10'000, lines).range.last, n);
    ASSERT_EQ(lines.at(0), numbered_line(n, 1'000));
    committed.add({n, n});
    if (n % 20 == 0) origin->set_committed(committed);
  }
  EXPECT_LE(disk_bytes(dir.path()), 4 * small_segment);
  for (const auto& segment : origin->segments()) {
    const auto mapping = segment->pin();
    ASSERT_TRUE(mapping);
    const auto scan = scan_segment((*mapping)->bytes(), segment->name());
    EXPECT_TRUE(scan.damage.empty());
    EXPECT_EQ(scan.last, segment->last());
  }
}

TEST_F(Keeper, CommittedClicksAreKeptForTheirTimeAndNoLonger) {
  start(100);
  while (origin->segments().size() < 3) ASSERT_TRUE(append(1'000));  // long ago
  const Sequence old = origin->segments()[1]->last();
  while (origin->segments().size() < 6) ASSERT_TRUE(append(recent_ms));
  SequenceSet committed;
  committed.add({1, writer->last()});
  origin->set_committed(committed);
  EXPECT_TRUE(eventually([&] { return origin->first() > 1; }));
  std::this_thread::sleep_for(1'200ms);
  EXPECT_EQ(origin->first(), old + 1);
}

TEST_F(Keeper, AFullDiskIsJournalFull) {
  start(100);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = small_segment / 2;
  ::setrlimit(RLIMIT_FSIZE, &small);
  fill();
  const auto error = append();
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(error.error(), Errc::journal_full);
  EXPECT_TRUE(eventually([&] { return append().has_value(); })) << "and it gets over it";
}

TEST_F(Keeper, AFolderThatVanishedIsAnIoError) {
  start(100);
  std::filesystem::remove_all(keeper->folder().path());
  fill();
  EXPECT_EQ(append().error(), Errc::journal_io);
}

TEST_F(Keeper, SealedAndSyncedSegmentsAreNotMapped) {
  start(100);
  while (origin->segments().size() < 5) ASSERT_TRUE(append());
  EXPECT_TRUE(eventually([&] { return !origin->segments().front()->in_use(); }));
  EXPECT_TRUE(origin->segments().back()->in_use());
}

// After a failed sync the kernel may call lost pages clean: the clicks are written again, from
// memory, to another file, and only once.
TEST_F(Keeper, ClicksOfASegmentThatCannotBeSyncedAreWrittenAgain) {
  start(100);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append());
  const auto failing = origin->segments().front();
  failing->fail();
  ASSERT_TRUE(append());
  ASSERT_TRUE(eventually([&] { return origin->segments().front() != failing; }));
  EXPECT_FALSE(std::filesystem::exists(failing->file()));
  JournalReader reader{*origin};
  std::vector<std::string_view> lines;
  Sequence next = 1;
  while (next <= 31) {
    const auto batch = reader.read({next, 31}, 4'000, lines);
    ASSERT_FALSE(batch.lost());
    for (const auto line : lines) EXPECT_EQ(line, numbered_line(next++, 1'000));
  }
}

TEST_F(Keeper, AnIdleWriterLeavesAFailedSegmentToo) {
  start(100);
  ASSERT_TRUE(append());
  const auto failing = origin->segments().front();
  failing->fail();
  writer->leave_failed_segment();
  EXPECT_TRUE(eventually([&] { return origin->segments().front() != failing; }));
  EXPECT_EQ(origin->segments().front()->last(), 1U);
}

TEST_F(Keeper, NoRoomAtTheStartIsSaidAndLeavesNothing) {
  EXPECT_THROW(start(0), StartupError);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace waymark::redirect
