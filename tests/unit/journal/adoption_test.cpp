// What processes leave behind and how others take it over; the processes are real.
#include "redirect/journal/adoption.hpp"

#include "redirect/journal/command.hpp"
#include "redirect/journal/inspect.hpp"
#include "tests/unit/journal/journal_fixture.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <random>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

const auto never = [] { return false; };

// Runs `work` in a child until it is killed; it may report numbers through the pipe it is given.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) {
    EXPECT_EQ(::pipe(pipe_.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      work(pipe_[1]);
      for (;;) ::pause();
    }
    ::close(pipe_[1]);
  }
  ~Child() {
    kill();
    ::close(pipe_[0]);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  // The next number reported, or 0 when the child is gone.
  Sequence hear() {
    Sequence number = 0;
    return ::read(pipe_[0], &number, sizeof number) == sizeof number ? number : 0;
  }

 private:
  std::array<int, 2> pipe_{};
  pid_t pid_ = 0;
};

void say(int fd, Sequence number) {
  if (::write(fd, &number, sizeof number) != sizeof number) ::_exit(1);
}

// A child that makes a journal of its own in `dir` and appends for ever, saying what it has.
void journal_for_ever(const fs::path& dir, int fd) {
  auto folder = EpochFolder::create(dir);
  auto origin = std::make_shared<OriginJournal>(epoch_text(folder.epoch()), 0, false);
  std::uint64_t id = 1;
  const auto prepare = [&] {
    origin->put_prepared(*make_segment(folder, {folder.epoch(), 0, id++}, small_segment));
  };
  origin->on_work(prepare);
  prepare();
  JournalWriter writer{*origin};
  for (;;) {
    const std::string line = numbered_line(writer.last() + 1, writer.last() % 700);
    std::memcpy(*writer.reserve(), line.data(), line.size());
    say(fd, writer.commit(line.size(), 1'000));
  }
}

std::uint64_t only_epoch(const fs::path& dir) {
  const auto epochs = list_epochs(dir);
  EXPECT_EQ(epochs.size(), 1U);
  return epochs.empty() ? 0 : epochs.front();
}

TEST(Adoption, EveryAcknowledgedClickSurvivesAKill) {
  std::minstd_rand random{42};
  for (int round = 0; round < 20; ++round) {
    test::TemporaryFolder dir;
    Child child{[&](int fd) { journal_for_ever(dir.path(), fd); }};
    Sequence acknowledged = 0;
    const Sequence kill_at = 1 + random() % 1'500;
    while (acknowledged < kill_at) acknowledged = child.hear();
    child.kill();
    while (const Sequence more = child.hear()) acknowledged = more;

    const auto epoch = adopt_epoch(dir.path(), only_epoch(dir.path()), never);
    ASSERT_TRUE(epoch);
    ASSERT_EQ(epoch->origins.size(), 1U);
    EXPECT_EQ(epoch->damaged_places, 0U);
    const auto& origin = *epoch->origins.front();
    // One more may have been written and not yet said.
    EXPECT_GE(origin.last(), acknowledged);
    EXPECT_LE(origin.last(), acknowledged + 1);
    JournalReader reader{origin};
    std::vector<std::string_view> lines;
    for (Sequence next = 1; next <= acknowledged;) {
      const auto batch = reader.read({next, acknowledged}, 16'384, lines);
      ASSERT_FALSE(batch.lost()) << "at " << next;
      for (const auto line : lines) {
        ASSERT_EQ(line, numbered_line(next, (next - 1) % 700));
        ++next;
      }
    }
  }
}

TEST(Adoption, AFolderInUseIsLeftAlone) {
  test::TemporaryFolder dir;
  Child child{[&](int fd) { journal_for_ever(dir.path(), fd); }};
  ASSERT_GT(child.hear(), 0U);
  const auto epoch = only_epoch(dir.path());
  EXPECT_EQ(adopt_epoch(dir.path(), epoch, never), nullptr);
  child.kill();
  const auto adopted = adopt_epoch(dir.path(), epoch, never);
  ASSERT_TRUE(adopted);
  EXPECT_EQ(adopt_epoch(dir.path(), epoch, never), nullptr) << "nor twice in one process";
}

TEST(Adoption, OnlyOneOfManyGetsIt) {
  test::TemporaryFolder dir;
  const auto epoch = [&] {
    JournalFixture journal;
    EXPECT_TRUE(journal.append("line\n"));
    const auto number = journal.folder.epoch();
    fs::copy(journal.folder.path(), dir.path() / epoch_text(number));
    return number;
  }();
  std::vector<std::unique_ptr<Child>> children;
  Sequence winners = 0;
  for (int i = 0; i < 5; ++i) {
    children.push_back(std::make_unique<Child>([&](int fd) {
      const auto adopted = adopt_epoch(dir.path(), epoch, never);
      say(fd, adopted ? 2 : 1);
      for (;;) ::pause();
    }));
  }
  for (auto& child : children) winners += child->hear() - 1;
  EXPECT_EQ(winners, 1U);
}

TEST(Adoption, AnEmptyJournalGoesAtOnce) {
  test::TemporaryFolder dir;
  { const auto folder = EpochFolder::create(dir.path()); }
  EXPECT_EQ(adopt_epoch(dir.path(), only_epoch(dir.path()), never), nullptr);
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

// One unreadable file must neither stop a start nor be tried for ever, nor vanish.
TEST(Adoption, AJournalOfGarbageIsPutAside) {
  test::TemporaryFolder dir;
  fs::path path;
  {
    const auto folder = EpochFolder::create(dir.path());
    path = folder.path();
    std::ofstream{path / "0000000000000001-0.segment"} << std::string(5'000, '?');
  }
  EXPECT_EQ(adopt_epoch(dir.path(), only_epoch(dir.path()), never), nullptr);
  EXPECT_TRUE(list_epochs(dir.path()).empty());
  EXPECT_TRUE(fs::exists(path.concat(".damaged")));
}

TEST(Adoption, HalfMadeFoldersAreSweptUnlessLocked) {
  test::TemporaryFolder dir;
  fs::create_directory(dir.path() / "00000000000000aa.new");
  fs::create_directory(dir.path() / "somebody-elses.new");
  remove_half_made(dir.path());
  EXPECT_FALSE(fs::exists(dir.path() / "00000000000000aa.new"));
  EXPECT_TRUE(fs::exists(dir.path() / "somebody-elses.new"));
}

TEST(Adoption, LossesBetweenSegmentsAreNumbered) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 400; ++n) ASSERT_TRUE(journal.append(numbered_line(n, 500)));
  const auto segments = journal.origin->segments();
  ASSERT_GE(segments.size(), 3U);
  journal.writer.reset();
  fs::remove(segments[1]->file());
  const auto report = inspect_journal(journal.directory.path());
  ASSERT_TRUE(report);
  const auto& origin = report->begin()->second;
  EXPECT_TRUE(origin.damaged());
  EXPECT_EQ(origin.missing,
            (std::vector<SequenceRange>{{segments[1]->first(), segments[1]->last()}}));
}

// --- The command ---

struct Output {
  int code;
  std::string text;
};

Output run(const char* verb, const fs::path& dir) {
  testing::internal::CaptureStdout();
  const std::string path = dir.string();
  const char* const words[] = {"journal", verb, path.c_str()};
  const int code = journal_command(3, words);
  std::fflush(stdout);
  return {code, testing::internal::GetCapturedStdout()};
}

TEST(JournalCommand, DumpsALiveJournal) {
  JournalFixture journal;
  std::string expected;
  for (Sequence n = 1; n <= 300; ++n) {
    expected += numbered_line(n, 500);
    ASSERT_TRUE(journal.append(numbered_line(n, 500)));
  }
  const auto output = run("dump", journal.directory.path());
  EXPECT_EQ(output.code, 0);
  EXPECT_EQ(output.text, expected);
  EXPECT_EQ(run("dump", journal.folder.path()).text, expected) << "of a single epoch too";
}

TEST(JournalCommand, ChecksAndNamesDamage) {
  JournalFixture journal;
  for (Sequence n = 1; n <= 10; ++n) ASSERT_TRUE(journal.append(numbered_line(n)));
  auto output = run("check", journal.directory.path());
  EXPECT_EQ(output.code, 0) << output.text;
  EXPECT_NE(output.text.find("10 clicks, 1-10"), std::string::npos) << output.text;

  std::FILE* file = std::fopen(journal.origin->segments().front()->file().c_str(), "r+");
  std::fseek(file, 200, SEEK_SET);
  std::fputc('#', file);
  std::fclose(file);
  output = run("check", journal.directory.path());
  EXPECT_EQ(output.code, 1);
  EXPECT_NE(output.text.find("lost 3"), std::string::npos) << output.text;
}

TEST(JournalCommand, SaysWhatIsWrong) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run("check", "/nowhere").code, 3);
  EXPECT_EQ(run("repair", "/nowhere").code, 2);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--journal"), std::string::npos);
}

}  // namespace
}  // namespace waymark::redirect
