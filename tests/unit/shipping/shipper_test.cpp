// The schedules of rules 3 to 7, told to the step function one event at a time.
#include "redirect/shipping/shipper.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <optional>
#include <set>
#include <string>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;
using Kind = Shipper::Order::Kind;
using Time = Shipper::Time;

constexpr std::uint64_t line_bytes = 100;
constexpr std::uint64_t plenty = 1 << 30;

SequenceSet set_of(std::initializer_list<SequenceRange> ranges) {
  SequenceSet set;
  for (const SequenceRange& range : ranges) set.add(range);
  return set;
}

// A shipper with the words the schedules are told in.
class Schedule {
 public:
  explicit Schedule(OriginKind kind = OriginKind::own, SequenceRange journal = {1, 0})
      : shipper_({.batch_bytes = 1'000 + Shipper::entry_overhead_bytes}, kind, journal) {
    reading_.word = "w1";
  }

  Schedule& started() {
    shipper_.connected("run1");
    shipper_.read(reading_);
    return *this;
  }
  void append(Sequence last) { shipper_.appended(last, last * line_bytes); }
  void pass(std::chrono::milliseconds time) { now_ += time; }

  // Sends everything that may be sent, ten lines in an entry; what left, as ranges.
  std::vector<SequenceRange> send(std::uint64_t room = plenty) {
    std::vector<SequenceRange> left;
    for (;;) {
      const auto order = shipper_.next(now_, room - std::min(room, shipper_.window_bytes()));
      if (order.kind != Kind::send) return left;
      SequenceRange range = order.range;
      range.last = std::min(range.last, range.first + order.bytes_max / line_bytes - 1);
      shipper_.sending(range, (range.last - range.first + 1) * line_bytes, false, now_);
      left.push_back(range);
    }
  }
  // Sends all and has it answered; ids grow with each entry.
  std::vector<SequenceRange> ship(std::uint64_t room = plenty) {
    std::vector<SequenceRange> all;
    for (auto left = send(room); !left.empty(); left = send(room)) {
      for (const auto& range : left) {
        shipper_.sent(range, next_id());
        all.push_back(range);
      }
    }
    return all;
  }
  StreamId next_id() { return {.ms = ++last_ms_, .number = 0}; }

  void read(std::initializer_list<SequenceRange> committed, std::uint64_t through = 0) {
    reading_.generation = generation_;
    reading_.figure = Figure{generation_, set_of(committed)};
    reading_.through = StreamId{through, 0};
    shipper_.read(reading_);
  }
  void read_nothing() { shipper_.read(Reading{.word = reading_.word, .generation = generation_}); }
  void new_word(std::string word) { reading_.word = std::move(word); }
  void new_generation(std::string generation) { generation_ = std::move(generation); }

  Shipper& operator*() { return shipper_; }
  Shipper* operator->() { return &shipper_; }
  Shipper::Order next() const { return shipper_.next(now_, plenty); }
  Time now() const { return now_; }

 private:
  Shipper shipper_;
  Reading reading_;
  std::string generation_ = "g1";
  Time now_ = Time{} + 1h;
  std::uint64_t last_ms_ = 0;
};

using Ranges = std::vector<SequenceRange>;

// --- When a line leaves ---

TEST(Shipper, NothingLeavesBeforeTheStreamIsKnown) {
  Schedule s;
  s.append(5);
  EXPECT_EQ(s.send(), Ranges{});
  s->connected("run1");
  EXPECT_EQ(s.send(), Ranges{});
  s->read({});
  EXPECT_EQ(s.send(), Ranges{}) << "no incarnation word: somebody must make the stream";
  s.read({});
  EXPECT_EQ(s.send(), (Ranges{{1, 5}}));
}

TEST(Shipper, ASingleClickOfAnIdleEdgeLeavesAtOnce) {
  auto s = Schedule{}.started();
  s.append(1);
  EXPECT_EQ(s.send(), (Ranges{{1, 1}}));
  s.pass(1s);
  s.append(2);
  EXPECT_EQ(s.send(), (Ranges{{2, 2}})) << "also while the first has no answer yet";
}

TEST(Shipper, TheNextClicksGatherForTheLinger) {
  auto s = Schedule{}.started();
  s.append(1);
  s.send();
  s.pass(1ms);
  s.append(4);
  EXPECT_EQ(s.send(), Ranges{});
  EXPECT_EQ(s.next().until, s.now() + 4ms);
  EXPECT_EQ(s.next().until_bytes, 1 * line_bytes + 1'000) << "or until a batch is full";
  s.pass(4ms);
  EXPECT_EQ(s.send(), (Ranges{{2, 4}}));
}

TEST(Shipper, AFullBatchDoesNotWait) {
  auto s = Schedule{}.started();
  s.append(1);
  s.send();
  s.append(25);
  EXPECT_EQ(s.send(), (Ranges{{2, 11}, {12, 21}}));
}

TEST(Shipper, ABacklogLeavesInSmallEntriesUntilItIsNearlyGone) {
  constexpr std::uint64_t overhead = Shipper::entry_overhead_bytes;
  Shipper shipper{{.batch_bytes = 1'000 + overhead,
                   .behind_bytes = 2'500,
                   .behind_batch_bytes = 300 + overhead},
                  OriginKind::own,
                  {1, 0}};
  shipper.connected("run1");
  shipper.read(Reading{.word = "w1"});
  shipper.appended(30, 30 * line_bytes);
  EXPECT_EQ(shipper.next(Time{} + 1h, plenty).bytes_max, 300U);
  shipper.sending({1, 6}, 6 * line_bytes, false, Time{} + 1h);
  EXPECT_EQ(shipper.next(Time{} + 1h, plenty).bytes_max, 1'000U);
  shipper.failed({1, 6}, Time{} + 1h, 0);
  EXPECT_EQ(shipper.next(Time{} + 2h, plenty).range, (SequenceRange{1, 6}));
  EXPECT_EQ(shipper.next(Time{} + 2h, plenty).bytes_max, 300U) << "what Redis lost is one, too";
}

TEST(Shipper, HurryEndsTheLinger) {
  auto s = Schedule{}.started();
  s.append(1);
  s.send();
  s.append(2);
  s->hurry();
  EXPECT_EQ(s.send(), (Ranges{{2, 2}}));
}

TEST(Shipper, AnIdleOriginIsWokenByTheNextByte) {
  auto s = Schedule{}.started();
  s.append(3);
  s.ship();
  EXPECT_EQ(s.next().until_bytes, 3 * line_bytes + 1);
  EXPECT_EQ(s.next().until, Time::max());
}

TEST(Shipper, EntriesWithoutAnAnswerAreLimited) {
  auto s = Schedule{}.started();
  s.append(1'000);
  EXPECT_EQ(s.send().size(), ShipperRules{}.in_flight_max);
}

// --- Rule 3: window, backoff ---

TEST(Shipper, NoMoreThanTheWindowIsSentAndNotCommitted) {
  auto s = Schedule{}.started();
  s.append(100'000);
  const std::uint64_t room = 100 * 1024;
  const auto sent = s.ship(room);
  EXPECT_LE(s->window_bytes(), room);
  EXPECT_GT(s->window_bytes(), room - 12 * 1024);
  EXPECT_EQ(s.send(room), Ranges{});

  s.read({{1, sent[sent.size() / 2].last}});
  EXPECT_LT(s->window_bytes(), room * 6 / 10);
  EXPECT_EQ(s.send(room).at(0).first, sent.back().last + 1) << "what was freed is used";
}

TEST(Shipper, AnErrorStopsSendingAndBacksOffWithJitter) {
  auto s = Schedule{}.started();
  s.append(100);
  const auto sent = s.send();
  for (const auto& range : sent) s->failed(range, s.now(), 0.5);
  EXPECT_EQ(s->counts().errors, sent.size());
  EXPECT_EQ(s.next().kind, Kind::wait);
  EXPECT_EQ(s.next().until, s.now() + 37ms) << "half of 50 ms, and half of the other half";
  EXPECT_EQ(s->window_bytes(), 0U);

  s.pass(37ms);
  const auto probe = s.send();
  EXPECT_EQ(probe, (Ranges{{1, 10}})) << "one entry goes ahead";
  s->failed(probe[0], s.now(), 0.0);
  EXPECT_EQ(s.next().until, s.now() + 50ms) << "twice as long";
  s.pass(50ms);
  s->sent(s.send().at(0), s.next_id());
  EXPECT_GT(s.send().size(), 1U);
}

TEST(Shipper, BackoffHasACeiling) {
  auto s = Schedule{}.started();
  s.append(1);
  for (int i = 0; i < 40; ++i) {
    s->failed(s.send().at(0), s.now(), 0.999);
    EXPECT_LE(s.next().until, s.now() + 2s);
    s.pass(2s);
  }
}

TEST(Shipper, ALostConnectionSendsWhatHadNoAnswerAgain) {
  auto s = Schedule{}.started();
  s.append(20);
  s.send();
  s->disconnected();
  s->failed({1, 10}, s.now(), 0);
  s->failed({11, 20}, s.now(), 0);
  EXPECT_EQ(s.send(), Ranges{});
  s->connected("run1");
  EXPECT_EQ(s.send(), Ranges{}) << "the figures come first";
  s.read({});
  EXPECT_EQ(s.ship(), (Ranges{{1, 10}, {11, 20}}));
  EXPECT_EQ(s->counts().lines_again, 20U);
}

// --- Rule 4: figures ---

TEST(Shipper, WithinAGenerationTheHighestFigureStays) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();
  s.read({{1, 20}});
  s.read({{1, 10}, {25, 30}});
  EXPECT_EQ(s->committed(), set_of({{1, 20}, {25, 30}}));
  EXPECT_EQ(s->owed(), 4U);
}

TEST(Shipper, AFigureBeyondWhatWasSentIsIgnoredAndAlarms) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.append(20);
  s.read({{1, 11}});
  EXPECT_EQ(s->committed(), SequenceSet{});
  EXPECT_EQ(s->counts().alarms, 1U);
  s.read({{1, 10}});
  EXPECT_EQ(s->owed(), 10U);
}

TEST(Shipper, FiguresOfAnotherGenerationDoNotCount) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.read({{1, 4}});
  s->read(Reading{.word = "w1", .generation = "g1", .figure = Figure{"g0", set_of({{1, 10}})}});
  EXPECT_EQ(s->committed(), set_of({{1, 4}}));
}

TEST(Shipper, AFlushedFigureTakesNothingBack) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.read({{1, 10}});
  s->read(Reading{.word = "w1"});
  EXPECT_EQ(s->owed(), 0U);
}

// --- Rule 5a: the stream was lost ---

TEST(Shipper, AChangedIncarnationWordSendsAllThatIsNotCommittedAgain) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();
  s.new_word("w2");
  s.read({{1, 5}, {15, 16}});
  EXPECT_EQ(s.ship(), (Ranges{{6, 14}, {17, 26}, {27, 30}}));
}

TEST(Shipper, AMissingIncarnationWordWaitsForTheStreamAndSendsAgain) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.new_word("");
  s.read({});
  EXPECT_EQ(s.send(), Ranges{});
  s.new_word("w2");
  s.read({});
  EXPECT_EQ(s.ship(), (Ranges{{1, 10}}));
}

TEST(Shipper, NilSendsAllAgainOnceTheStreamIsMade) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.append(20);
  s.pass(5ms);
  const auto range = s.send().at(0);
  s->stream_missing(range);
  EXPECT_EQ(s.send(), Ranges{});
  s.read({});  // the word may be the old one: only the stream's key was evicted
  EXPECT_EQ(s.ship(), (Ranges{{1, 10}, {11, 20}}));
}

TEST(Shipper, AnotherRunIdSendsAllAgain) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s->disconnected();
  s->connected("run2");
  s.read({{1, 3}});
  EXPECT_EQ(s.ship(), (Ranges{{4, 10}}));
}

TEST(Shipper, TheSameRunIdSendsNothingAgain) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s->disconnected();
  s->connected("run1");
  s.read({});
  EXPECT_EQ(s.ship(), Ranges{});
}

// --- Rule 5b: lost on the way ---

TEST(Shipper, WhatTheGroupPassedWithoutCommittingIsSentAgain) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();  // entries 1, 2, 3 with ten lines each
  s.read({{1, 10}, {15, 15}}, 2);
  EXPECT_EQ(s.ship(), (Ranges{{11, 14}, {16, 20}})) << "21-30 are on their way, however old";
}

TEST(Shipper, WhatLiesAfterThroughIsLeftAlone) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();
  for (int i = 0; i < 100; ++i) {
    s.pass(1h);
    s.read({}, 0);
  }
  EXPECT_EQ(s.ship(), Ranges{});
}

TEST(Shipper, ThroughSaysNothingAboutEntriesInFlight) {
  auto s = Schedule{}.started();
  s.append(10);
  const auto range = s.send().at(0);
  s.read({}, 99);
  EXPECT_EQ(s.send(), Ranges{});
  s->sent(range, {100, 0});
  s.read({}, 99);
  EXPECT_EQ(s.send(), Ranges{});
}

// --- Rule 5c: the store changed ---

TEST(Shipper, ANewGenerationSendsEverythingInTheJournalThatItLacks) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();
  s.read({{1, 30}});
  EXPECT_EQ(s->owed(), 0U);
  s.new_generation("g2");
  s.read({{1, 12}});
  EXPECT_EQ(s.ship(), (Ranges{{13, 22}, {23, 30}}));
}

TEST(Shipper, ANewGenerationThatKnowsNothingGetsWhatTheJournalHas) {
  auto s = Schedule{}.started();
  s.append(30);
  s.ship();
  s.read({{1, 30}});
  s->let_go_before(21);
  s.new_generation("g2");
  s.read_nothing();
  EXPECT_EQ(s.ship(), (Ranges{{21, 30}}));
  EXPECT_EQ(s->owed(), 10U);
  s.read({{21, 30}}, 99);
  EXPECT_EQ(s.send(), (Ranges{{1, 10}, {11, 20}})) << "their loss is told once it is sure";
}

TEST(Shipper, TheFirstGenerationIsNoChange) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.read({});
  EXPECT_EQ(s.ship(), Ranges{});
}

TEST(Shipper, AnEntryInFlightAtAChangeOfGenerationIsNotDoubled) {
  auto s = Schedule{}.started();
  s.append(5);
  s.ship();
  s.read({{1, 5}});
  s.append(10);
  s.pass(5ms);
  const auto range = s.send().at(0);
  s.new_generation("g2");
  s.read_nothing();
  EXPECT_EQ(s.send(), (Ranges{{1, 5}}));
  s->sent(range, s.next_id());
}

// --- Rule 7: damage ---

TEST(Shipper, ALossIsSentLikeLinesAndSettledByTheFigure) {
  auto s = Schedule{OriginKind::adopted, {1, 10}}.started();
  const auto order = s.next();
  EXPECT_EQ(order.range, (SequenceRange{1, 10}));
  s->sending({1, 3}, 0, true, s.now());
  s->sent({1, 3}, s.next_id());
  EXPECT_EQ(s->counts().lost, 3U);
  EXPECT_EQ(s.ship(), (Ranges{{4, 10}}));
  s.read({{4, 10}});
  EXPECT_FALSE(s->finished()) << "the tracker must hear of it";
  s.read({{1, 10}});
  EXPECT_TRUE(s->finished());
}

TEST(Shipper, ALossIsCountedOnceAndIsNeitherStoredNorOwed) {
  auto s = Schedule{}.started();
  s.append(10);
  const auto sums = [&] {
    EXPECT_EQ(s->stored() + s->owed() + s->counts().lost, 10U);
    return std::array{s->stored(), s->owed(), s->counts().lost};
  };
  using Sums = std::array<std::uint64_t, 3>;
  s->sending({1, 3}, 0, true, s.now());
  s->sent({1, 3}, s.next_id());
  s.ship();
  EXPECT_EQ(sums(), (Sums{0, 7, 3}));
  s.new_word("w2");
  s.read({});
  s->sending({1, 3}, 0, true, s.now());
  s->sent({1, 3}, s.next_id());
  s.ship();
  EXPECT_EQ(sums(), (Sums{0, 7, 3})) << "sent again it is the same loss";
  s.read({{1, 8}});
  EXPECT_EQ(sums(), (Sums{5, 2, 3})) << "the figure covers it";
}

TEST(Shipper, LinesThatTurnUpAfterAllUndoTheirLoss) {
  auto s = Schedule{}.started();
  s.append(10);
  s->sending({1, 3}, 0, true, s.now());
  s->sent({1, 3}, s.next_id());
  s.ship();
  s.new_word("w2");
  s.read({});
  s.ship();
  EXPECT_EQ(s->counts().lost, 0U);
  EXPECT_EQ(s->owed(), 10U);
}

// --- Rule 1: adopted epochs ---

TEST(Shipper, AnAdoptedJournalWaitsForTheFiguresAndSendsWhatTheyLack) {
  Schedule s{OriginKind::adopted, {1, 30}};
  s->connected("run1");
  EXPECT_EQ(s.next().kind, Kind::wait);
  s.read({{1, 12}, {20, 22}});
  EXPECT_EQ(s.ship(), (Ranges{{13, 19}, {23, 30}}));
}

TEST(Shipper, AnAdoptedJournalWhoseFirstSegmentsWentIsNotSentAsLostUnasked) {
  Schedule s{OriginKind::adopted, {101, 130}};
  s.started();
  EXPECT_EQ(s.ship(), (Ranges{{101, 110}, {111, 120}, {121, 130}}));
  s.read({{1, 130}}, 99);
  EXPECT_EQ(s.ship(), Ranges{});
  EXPECT_TRUE(s->finished());
}

TEST(Shipper, AFigureBeyondAnAdoptedJournalMeansThatItsTailWasLost) {
  Schedule s{OriginKind::adopted, {1, 30}};
  s->connected("run1");
  s.read({{1, 40}});
  EXPECT_EQ(s->counts().alarms, 0U);
  EXPECT_TRUE(s->finished());
}

TEST(Shipper, AFinishedAdoptedJournalSaysEndOnce) {
  Schedule s{OriginKind::adopted, {1, 10}};
  s->connected("run1");
  s.read({});
  s.ship();
  EXPECT_EQ(s.next().kind, Kind::wait) << "sent is not committed";
  s.read({{1, 10}});
  EXPECT_EQ(s.next().kind, Kind::end);
  s->end_sent();
  EXPECT_EQ(s.next().kind, Kind::wait);
  s.new_word("w2");
  s.read({{1, 10}});
  EXPECT_EQ(s.next().kind, Kind::end) << "it was lost with the stream";
}

TEST(Shipper, AnOwnJournalNeverEnds) {
  auto s = Schedule{}.started();
  s.append(10);
  s.ship();
  s.read({{1, 10}});
  EXPECT_EQ(s.next().kind, Kind::wait);
}

// --- All of it together ---

// Whatever happens in whatever order: once Redis and the tracker behave, every number is committed,
// and the window is empty.
TEST(Shipper, EverythingIsCommittedInTheEnd) {
  EXPECT_TRUE(rc::check("any schedule", [] {
    Schedule s;
    s.started();
    Sequence last = 0;
    std::set<Sequence> stream;  // numbers the stream holds
    SequenceSet stored;
    std::vector<SequenceRange> flying;
    std::uint64_t words = 1;
    std::uint64_t generations = 1;
    StreamId newest{1, 0};
    const auto answer = [&](bool well) {
      for (const auto& range : flying) {
        if (!well) {
          s->failed(range, s.now(), 0.5);
          continue;
        }
        for (Sequence n = range.first; n <= range.last; ++n) stream.insert(n);
        newest = StreamId{newest.ms + 1, 0};
        s->sent(range, newest);
      }
      flying.clear();
    };
    const auto drain = [&] {
      for (const Sequence n : stream) stored.add({n, n});
      stream.clear();
    };
    const auto read = [&](bool with_through) {
      s->read(Reading{.word = "w" + std::to_string(words),
                      .generation = "g" + std::to_string(generations),
                      .through = with_through ? std::optional{newest} : std::nullopt,
                      .figure = Figure{"g" + std::to_string(generations), stored}});
    };
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
    for (const int step : steps) {
      switch (step) {
        case 0:
          s.append(last += 7);
          break;
        case 1:
        case 2:
          for (const auto& range : s.send(64 * 1024)) flying.push_back(range);
          break;
        case 3:
          answer(true);
          break;
        case 4:
          answer(false);
          break;
        case 5:
          drain();
          break;
        case 6:
          read(false);
          break;
        case 7:
          stream.clear();
          ++words;
          break;  // flushed
        case 8:
          stream.clear();
          drain();
          read(true);
          break;  // trimmed
        case 9:
          stored = {};
          ++generations;
          break;  // the store was replaced
        default:
          break;
      }
      s.pass(3ms);
      RC_ASSERT(s->window_bytes() <= 64U * 1024U);
    }
    answer(true);
    for (int i = 0; i < 200 && (s->owed() > 0 || i < 3); ++i) {
      s.pass(3s);
      for (const auto& range : s.send(64 * 1024)) flying.push_back(range);
      answer(true);
      drain();
      read(true);
    }
    RC_ASSERT(s->owed() == 0U);
    RC_ASSERT(last == 0U || s->committed().covers({1, last}));
    RC_ASSERT(s->window_bytes() == 0U);
  }));
}

}  // namespace
}  // namespace waymark::redirect
