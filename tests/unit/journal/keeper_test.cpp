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

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <thread>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;

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
  void start(std::uint64_t segments_max, std::chrono::milliseconds keep = 24h,
             std::uint64_t segment_bytes = small_segment) {
    JournalOptions options;
    options.dir = dir.path();
    options.segment_bytes = segment_bytes;
    options.max_bytes = segments_max * segment_bytes;
    options.sync = 20ms;
    options.keep = keep;
    keeper.emplace(options, EpochFolder::create(dir.path()), 1U, log);
    origin = keeper->origin(0);
    writer.emplace(*origin);
  }
  ~Keeper() override { writer.reset(); }

  Result<Sequence> append() {
    const auto room = writer->reserve();
    if (!room) return room.error();
    const std::string line = numbered_line(writer->last() + 1, 1'000);
    std::memcpy(*room, line.data(), line.size());
    return writer->commit(line.size(), 1'000);  // long ago
  }
  // Gives a keeper that has no core at the moment the time to prepare a segment.
  Result<Sequence> append_patiently() {
    const auto end = std::chrono::steady_clock::now() + 1s;
    auto appended = append();
    while (!appended && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(1ms);
      appended = append();
    }
    return appended;
  }
  // Appends until the journal is full; its last number.
  Sequence fill() {
    while (append_patiently()) {
    }
    return writer->last();
  }
  // Adopts a folder of three segments; the second cannot be opened if so wished.
  std::shared_ptr<AdoptedEpoch> adopt_left_behind(bool one_unreadable = false) {
    JournalFixture left;
    while (left.origin->segments().size() < 3) EXPECT_TRUE(left.append(numbered_line(1, 900)));
    const auto folder = dir.path() / epoch_text(left.folder.epoch());
    std::filesystem::copy(left.folder.path(), folder);
    if (one_unreadable) {
      const auto file = folder / left.origin->segments()[1]->file().filename();
      std::filesystem::remove(file);
      std::filesystem::create_symlink("elsewhere", file);
    }
    auto epoch = adopt_epoch(dir.path(), left.folder.epoch(), [] { return false; });
    EXPECT_TRUE(epoch);
    return epoch;
  }
  static void commit_all(OriginJournal& of) {
    SequenceSet committed;
    committed.add({1, of.last()});
    of.set_committed(committed);
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

// The day after an outage much is let go in one go, in slices with pauses.
TEST_F(Keeper, ASegmentIsPreparedWhileManyAreLetGo) {
  start(200, 0ms, 1U << 20U);
  while (origin->segments().size() < 100) ASSERT_TRUE(append_patiently());
  const std::size_t before = origin->segments().size();
  commit_all(*origin);
  ASSERT_TRUE(eventually([&] { return origin->segments().size() < before - 2; }));
  while (!origin->wants_prepared()) ASSERT_TRUE(append_patiently());
  ASSERT_TRUE(eventually([&] { return !origin->wants_prepared(); }));
  EXPECT_GT(origin->segments().size(), 20U) << "it did not wait for the last of them";
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

TEST_F(Keeper, CommittedClicksGoAfterTheirTime) {
  start(100, 0ms);
  while (origin->segments().size() < 6) ASSERT_TRUE(append_patiently());
  const auto third = origin->segments()[2];
  SequenceSet committed;
  committed.add({1, third->last() - 1});
  origin->set_committed(committed);
  EXPECT_TRUE(eventually([&] { return origin->first() == third->first(); }));
  std::this_thread::sleep_for(1'200ms);
  EXPECT_EQ(origin->first(), third->first()) << "one click of it is owed";
}

// After an outage of days, too, there is a way back to yesterday's store.
TEST_F(Keeper, TheirTimeCountsFromTheCommitNotFromTheClick) {
  start(100);
  while (origin->segments().size() < 3) ASSERT_TRUE(append_patiently());
  commit_all(*origin);
  std::this_thread::sleep_for(1'200ms);
  EXPECT_EQ(origin->first(), 1U);
}

TEST_F(Keeper, AnAdoptedFolderGoesWithItsLastSegment) {
  start(100, 0ms);
  const auto epoch = adopt_left_behind();
  std::atomic<bool> emptied = false;
  keeper->add(epoch, [&] { emptied = true; });
  commit_all(*epoch->origins.front());
  EXPECT_TRUE(eventually([&] { return emptied.load(); }));
  EXPECT_FALSE(std::filesystem::exists(epoch->folder.path()));
}

TEST_F(Keeper, WhatCouldNotBeReadIsPutAsideAndNotDeleted) {
  start(100, 0ms);
  const auto epoch = adopt_left_behind(true);
  std::atomic<bool> emptied = false;
  keeper->add(epoch, [&] { emptied = true; });
  commit_all(*epoch->origins.front());
  EXPECT_TRUE(eventually([&] { return emptied.load(); }));
  auto aside = epoch->folder.path();
  EXPECT_FALSE(std::filesystem::exists(aside));
  aside += ".damaged";
  const auto in_it = std::filesystem::directory_iterator{aside};
  EXPECT_TRUE(std::any_of(begin(in_it), end(in_it), [](const auto& f) { return f.is_symlink(); }));
}

// Its process may have been killed before it could, and the power may fail next.
TEST_F(Keeper, AnAdoptedFolderIsSynced) {
  start(100);
  const auto epoch = adopt_left_behind();
  keeper->add(epoch, [] {});
  const auto segments = epoch->origins.front()->segments();
  EXPECT_EQ(segments.size(), 3U);
  for (const auto& segment : segments) EXPECT_EQ(segment->synced(), segment->end());
}

TEST(DiskBytes, FoldersHalfMadeAndPutAsideCount) {
  test::TemporaryFolder dir;
  for (const char* name :
       {"00000000000000aa", "00000000000000bb.damaged", "00000000000000cc.new", "somebody-elses"}) {
    std::filesystem::create_directory(dir.path() / name);
    std::ofstream{dir.path() / name / "file"} << std::string(1'000, 'x');
  }
  EXPECT_EQ(disk_bytes(dir.path()), 3'000U);
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
  while (origin->segments().size() < 5) ASSERT_TRUE(append_patiently());
  EXPECT_TRUE(eventually([&] { return !origin->segments().front()->in_use(); }));
  EXPECT_TRUE(origin->segments().back()->in_use());
}

// After a failed sync the kernel may call lost pages clean: the clicks are written again, from
// memory, to another file, and only once.
TEST_F(Keeper, ClicksOfASegmentThatCannotBeSyncedAreWrittenAgain) {
  start(100);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append_patiently());
  const auto failing = origin->segments().front();
  failing->fail();
  ASSERT_TRUE(append_patiently());
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
  ASSERT_TRUE(append_patiently());
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
