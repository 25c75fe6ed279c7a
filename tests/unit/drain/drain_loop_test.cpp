// The whole drain against a real Redis: entries in, rows and figures out.
#include "tracker/drain/drain_loop.hpp"

#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace waymark::tracker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

const std::string stream = "wm:clicks:{0}";
const std::string origin = "edge1/00000000000000aa/0";
const std::string origin_key = "00000000000000aa/0";

std::string id_of(unsigned n) {
  return fmt::format("019b7a00-0000-7000-8000-{:012x}", n);
}

std::string line_of(unsigned n) {
  return fmt::format(R"({{"v":1,"id":"{}","ts":1767268800000,"code":"anna7","link":"lnk_1",)"
                     R"("ipk":"{:016x}","ua":"A"}})",
                     id_of(n), n);
}

// A drain on a thread of its own, over a store of the test's.
struct DrainLoopTest : testing::Test {
  DrainLoopTest() : url("sqlite:" + (folder.path() / "store.db").string()) {
    options.url = redis::parse_url(redis.url(), "redis.stream");
    options.publish_every = 20ms;
    options.read_block = 200ms;
    options.stream_keep = 0ms;
  }
  ~DrainLoopTest() override { stop(); }

  void make_store() {
    if (store == nullptr) store = std::make_unique<StoreThread>(url);
  }
  // As another tracker would; for no time: gives up what it has.
  void hold_lease(const std::string& name, std::chrono::milliseconds life) {
    asio::io_context own{1};
    auto held = asio::co_spawn(
        own, store->lease([&](Store& s) { return s.hold_lease(name, "other", life); }),
        asio::use_future);
    own.run();
    EXPECT_TRUE(held.get().value()) << name;
  }
  void start() {
    make_store();
    io = std::make_unique<asio::io_context>(1);
    leases = std::make_unique<Leases>(
        *io,
        LeaseOptions{
            .host = "test", .wanted = {std::string{lease_names::folding}}, .renew_every = 20ms},
        *store, log);
    loop = std::make_unique<DrainLoop>(*io, options, *store, *leases, log);
    asio::co_spawn(*io, leases->run(), asio::detached);
    asio::co_spawn(*io, loop->run(), [this](const std::exception_ptr&) { leases->stop(); });
    thread = std::thread{[this] { io->run(); }};
  }
  void stop() {
    if (!thread.joinable()) return;
    asio::post(*io, [this] { loop->stop(); });
    thread.join();
    loop.reset();
    leases.reset();
    io.reset();
    store.reset();
  }
  void restart() {
    stop();
    start();
  }

  void add(const std::string& first, const std::string& body) {
    redis.call({"XADD", stream, "*", "origin", origin, "first", first, "body", body});
  }
  std::unique_ptr<Store> reader() const { return open_store(url, StoreAccess::read); }
  DrainCounts counts() const { return reader()->drain_counts().value(); }
  std::string field(const std::string& name) const {
    return std::string{redis.call({"HGET", "wm:committed", name}).text()};
  }
  std::string figure() const {
    const std::string text = field(origin_key);
    return text.substr(std::min(text.find(';'), text.size()));
  }
  std::int64_t length() const { return redis.call({"XLEN", stream}).integer(); }

  // Waits for what must come true; how long it takes is no part of the test.
  void eventually(const std::string& what, const std::function<bool()>& holds) const {
    for (int i = 0; i < 2'000; ++i) {
      if (holds()) return;
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << "never: " << what;
  }

  test::RedisServer redis;
  test::TemporaryFolder folder;
  std::string url;
  Log log{"test", LogLevel::error, LogFormat::text};
  DrainOptions options;
  std::unique_ptr<StoreThread> store;
  std::unique_ptr<asio::io_context> io;
  std::unique_ptr<Leases> leases;
  std::unique_ptr<DrainLoop> loop;
  std::thread thread;
};

TEST_F(DrainLoopTest, MakesStreamAndGroupAndSaysItsGeneration) {
  start();
  eventually("generation", [&] { return !field("generation").empty(); });
  EXPECT_EQ(field("generation"), reader()->generation().value());
  EXPECT_EQ(redis.call({"HGET", "wm:stream", "0"}).text().size(), 16U);
  EXPECT_EQ(redis.call({"XINFO", "GROUPS", stream}).size(), 1U);
}

TEST_F(DrainLoopTest, LinesBecomeRowsFiguresAreSaidAndTheStreamIsTrimmed) {
  start();
  add("1", line_of(1) + "\n" + line_of(2));
  add("3", line_of(3) + "\n");
  eventually("figure", [&] { return figure() == ";3;"; });
  eventually("trimmed", [&] { return length() == 0; });
  EXPECT_EQ(counts(), (DrainCounts{.stored = 3, .duplicate = 0, .dead = 0, .late = 0}));
  EXPECT_EQ(loop->stats().read, 3U);
  EXPECT_EQ(reader()->clicks({})->data.size(), 3U);
  const auto pending = redis.call({"XPENDING", stream, "tracker"});
  EXPECT_EQ(pending[0].integer(), 0);
  const auto through = parse_stream_id(field("through:0"));
  ASSERT_TRUE(through);
  EXPECT_GT(through->ms, 0U);
}

TEST_F(DrainLoopTest, ResentLinesAreStoredOnce) {
  start();
  add("1", line_of(1) + "\n" + line_of(2));
  add("1", line_of(1) + "\n" + line_of(2));
  add("2", line_of(2) + "\n" + line_of(3));
  eventually("figure", [&] { return figure() == ";3;"; });
  eventually("counts", [&] {
    return counts() == DrainCounts{.stored = 3, .duplicate = 3, .dead = 0, .late = 0};
  });
}

TEST_F(DrainLoopTest, GapsAreSaidAsRanges) {
  start();
  add("1", line_of(1));
  add("4", line_of(4) + "\n" + line_of(5));
  eventually("figure", [&] { return figure() == ";1;4-5"; });
}

TEST_F(DrainLoopTest, WhatAnEarlierTrackerLeftPendingIsTakenOver) {
  redis.call({"XGROUP", "CREATE", stream, "tracker", "0", "MKSTREAM"});
  add("1", line_of(1));
  add("2", line_of(2));
  redis.call({"XREADGROUP", "GROUP", "tracker", "other-0", "COUNT", "1", "STREAMS", stream, ">"});
  start();
  eventually("figure", [&] { return figure() == ";2;"; });
  eventually("acknowledged", [&] {
    return redis.call({"XPENDING", stream, "tracker"})[0].integer() == 0;
  });
}

TEST_F(DrainLoopTest, ALiveTrackerKeepsWhatIsPendingHoweverOldAndADeadOneDoesNot) {
  redis.call({"XGROUP", "CREATE", stream, "tracker", "0", "MKSTREAM"});
  add("1", line_of(1));
  add("2", line_of(2));
  const auto read_as = [&](const std::string& consumer) {
    redis.call({"XREADGROUP", "GROUP", "tracker", consumer, "COUNT", "1", "STREAMS", stream, ">"});
  };
  read_as("slow-0");
  read_as("dead-0");
  options.look_for_ended_every = 20ms;
  make_store();
  hold_lease("tracker:slow-0", 1h);
  hold_lease("tracker:dead-0", 0ms);
  start();
  eventually("taken over", [&] { return figure() == ";0;2-2"; });
  const auto consumers = [&] {
    std::string names;
    const auto rows = redis.call({"XINFO", "CONSUMERS", stream, "tracker"});
    for (std::size_t i = 0; i < rows.size(); ++i) names += std::string{rows[i][1].text()} + " ";
    return names;
  };
  eventually("the dead one is gone", [&] { return consumers() == "slow-0 test-0 "; });
  EXPECT_EQ(redis.call({"XPENDING", stream, "tracker"})[0].integer(), 1) << "it keeps its entry";
  EXPECT_EQ(loop->stats().entries_taken_over, 1U);

  hold_lease("tracker:slow-0", 0ms);
  eventually("taken over as well", [&] { return figure() == ";2;"; });
  eventually("it is gone, too", [&] { return consumers() == "test-0 "; });
  EXPECT_EQ(loop->stats().takeovers, 2U);
}

// As by a read that was sent over a connection given up long ago.
TEST_F(DrainLoopTest, WhatItWasHandedUnawaresIsReadAgain) {
  options.look_for_ended_every = 20ms;
  options.forgotten_after = 50ms;
  start();
  add("1", line_of(1));
  eventually("it has read all that was pending", [&] { return figure() == ";1;"; });
  // In one go, so that the read that waits cannot have it.
  const auto handed_out = redis.call(
      {"EVAL",
       "redis.call('XADD', KEYS[1], '*', 'origin', ARGV[1], 'first', '2', 'body', ARGV[2])"
       " return #redis.call('XREADGROUP', 'GROUP', 'tracker', 'test-0', 'STREAMS', KEYS[1], '>')",
       "1", stream, origin, line_of(2)});
  ASSERT_EQ(handed_out.integer(), 1);
  eventually("figure", [&] { return figure() == ";2;"; });
  eventually("acknowledged", [&] {
    return redis.call({"XPENDING", stream, "tracker"})[0].integer() == 0;
  });
}

// Two trackers in one process, each with a slot of its own.
TEST_F(DrainLoopTest, TwoShareTheStreamAndTheOneThatStaysTakesAllThatTheOtherHad) {
  options.look_for_ended_every = 20ms;
  start();
  eventually("first", [&] { return !field("generation").empty(); });
  {
    asio::io_context other_io{1};
    Leases other_leases{other_io, {.host = "test", .renew_every = 20ms}, *store, log};
    DrainLoop other{other_io, options, *store, other_leases, log};
    asio::co_spawn(other_io, other_leases.run(), asio::detached);
    asio::co_spawn(other_io, other.run(), [&](const std::exception_ptr&) { other_leases.stop(); });
    std::thread other_thread{[&] { other_io.run(); }};
    unsigned n = 0;
    eventually("both have stored", [&] {
      ++n;
      add(std::to_string(n), line_of(n));
      return loop->stats().stored > 0 && other.stats().stored > 0;
    });
    eventually("figure", [&] { return figure() == fmt::format(";{};", n); });
    EXPECT_EQ(counts().stored, n);
    EXPECT_EQ(other.stats().publications, 0U) << "one folds";
    asio::post(other_io, [&] { other.stop(); });
    other_thread.join();
  }
  eventually("it is gone", [&] {
    return redis.call({"XINFO", "CONSUMERS", stream, "tracker"}).size() == 1;
  });
}

// Folding is another's turn: nothing is said or trimmed, yet everything is stored.
TEST_F(DrainLoopTest, WithoutTheLeaseNothingIsPublished) {
  make_store();
  hold_lease("folding", 1h);
  start();
  add("1", line_of(1));
  eventually("acknowledged", [&] { return loop->stats().entries == 1; });
  EXPECT_EQ(field("generation"), "");
  EXPECT_EQ(length(), 1);
  hold_lease("folding", 0ms);
  eventually("figure", [&] { return figure() == ";1;"; });
  eventually("trimmed", [&] { return length() == 0; });
}

TEST_F(DrainLoopTest, PendingEntriesThatWereTrimmedAreNoObstacle) {
  redis.call({"XGROUP", "CREATE", stream, "tracker", "0", "MKSTREAM"});
  add("1", line_of(1));
  redis.call({"XREADGROUP", "GROUP", "tracker", "test-0", "COUNT", "1", "STREAMS", stream, ">"});
  redis.call({"XTRIM", stream, "MAXLEN", "0"});
  add("2", line_of(2));
  start();
  eventually("figure", [&] { return figure() == ";0;2-2"; });
  eventually("acknowledged", [&] {
    return redis.call({"XPENDING", stream, "tracker"})[0].integer() == 0;
  });
}

TEST_F(DrainLoopTest, PoisonIsPutAsideAndNeverInTheWay) {
  start();
  add("1", "not json\n" + line_of(2) + "\n" + R"({"v":9,"id":"x"})");
  redis.call({"XADD", stream, "*", "origin", "what?", "first", "x", "body", line_of(7)});
  redis.call({"XADD", stream, "*", "something", "else"});
  eventually("figure", [&] { return figure() == ";3;"; });
  eventually("counts", [&] {
    return counts() == DrainCounts{.stored = 2, .duplicate = 0, .dead = 4, .late = 0};
  });
  eventually("copies", [&] { return redis.call({"XLEN", "wm:clicks:dead"}).integer() == 4; });
  EXPECT_EQ(reader()->dead_letters(dead_reason::malformed_line, 0, 9)->at(0).line, "not json");
  EXPECT_EQ(reader()->dead_letters(dead_reason::unknown_version, 0, 9)->at(0).sequence, 3U);
  EXPECT_EQ(reader()->dead_letters(dead_reason::malformed_entry, 0, 9)->size(), 2U);
}

TEST_F(DrainLoopTest, LossesAreSettledAndUndoneByLateLines) {
  start();
  redis.call({"XADD", stream, "*", "origin", origin, "first", "1", "body", "", "lost", "3",
              "reason", "checksum"});
  add("4", line_of(4));
  eventually("figure", [&] { return figure() == ";4;"; });
  EXPECT_EQ(reader()->origin(origin_key).value()->lost.count(), 3U);
  add("2", line_of(2));
  eventually("undone", [&] { return reader()->origin(origin_key).value()->lost.count() == 2; });
  const auto row = reader()->origin(origin_key).value();
  EXPECT_EQ(row->committed.count() + row->lost.count(), 4U);
}

TEST_F(DrainLoopTest, AnEndedOriginLeavesRedisAfterItsTime) {
  options.journal_keep = 0ms;
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  redis.call({"XADD", stream, "*", "origin", origin, "first", "2", "body", "", "end", "1"});
  eventually("withdrawn", [&] {
    const auto row = reader()->origin(origin_key).value();
    if (row->ended_ms == 0) return false;
    restart();  // what has ended is not said again
    eventually("generation", [&] { return !field("generation").empty(); });
    redis.call({"HDEL", "wm:committed", origin_key, "generation"});
    eventually("said again", [&] { return !field("generation").empty(); });
    return field(origin_key).empty();
  });
}

// Its folder was adopted again after the figure had gone: without one it would be sent for ever.
TEST_F(DrainLoopTest, AnEndedOriginThatIsSentAgainIsSaidAgain) {
  start();  // makes the store
  stop();
  {
    const auto writer = open_store(url, StoreAccess::write);
    Batch batch;
    OriginNews& news = batch.origin(parse_origin(origin).value());
    news.edge = "edge1";
    news.committed.add({1, 1});
    news.ended = true;
    ASSERT_TRUE(writer->commit_batch(batch, 1));  // long ago
  }
  redis.call({"DEL", "wm:committed"});
  start();
  eventually("generation", [&] { return !field("generation").empty(); });
  EXPECT_EQ(figure(), "");
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
}

// Nothing is delivered after them that would take the group past them.
TEST_F(DrainLoopTest, ThroughPassesTheLastEntriesThatWereDeletedUnread) {
  redis.call({"XGROUP", "CREATE", stream, "tracker", "0", "MKSTREAM"});
  const std::string id{
      redis.call({"XADD", stream, "*", "origin", origin, "first", "1", "body", line_of(1)}).text()};
  redis.call({"XDEL", stream, id});
  start();
  eventually("through", [&] { return field("through:0") == id; });
}

TEST_F(DrainLoopTest, AFlushedRedisIsToldEverythingAgain) {
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  const std::string word{redis.call({"HGET", "wm:stream", "0"}).text()};
  redis.call({"FLUSHALL"});
  eventually("figure again", [&] { return figure() == ";1;"; });
  eventually("word", [&] { return redis.call({"HEXISTS", "wm:stream", "0"}).integer() == 1; });
  EXPECT_NE(redis.call({"HGET", "wm:stream", "0"}).text(), word);
  add("2", line_of(2));
  eventually("on it goes", [&] { return figure() == ";2;"; });
}

TEST_F(DrainLoopTest, AVanishedStreamGetsANewWord) {
  start();
  eventually("word", [&] { return redis.call({"HEXISTS", "wm:stream", "0"}).integer() == 1; });
  const std::string word{redis.call({"HGET", "wm:stream", "0"}).text()};
  redis.call({"DEL", stream});
  eventually("new word", [&] { return redis.call({"HGET", "wm:stream", "0"}).text() != word; });
}

TEST_F(DrainLoopTest, ARedisThatIsKilledAndComesBackIsDrainedOn) {
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  redis.restart();
  redis.call({"XADD", stream, "*", "origin", origin, "first", "2", "body", line_of(2)});
  eventually("figure", [&] { return figure() == ";2;"; });
}

TEST_F(DrainLoopTest, AProtectedGroupHoldsBackTrimming) {
  options.protect = {"tracker", "billing"};
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  eventually("group", [&] { return redis.call({"XINFO", "GROUPS", stream}).size() == 2; });
  add("2", line_of(2));
  eventually("figure", [&] { return figure() == ";2;"; });
  EXPECT_EQ(length(), 2);
  const auto read =
      redis.call({"XREADGROUP", "GROUP", "billing", "b", "COUNT", "1", "STREAMS", stream, ">"});
  const std::string entry{read[0][1][0][0].text()};
  redis.call({"XACK", stream, "billing", entry});
  eventually("the first is trimmed", [&] { return length() == 1; });
}

TEST_F(DrainLoopTest, AGroupThatIsNotProtectedHoldsNothingBack) {
  redis.call({"XGROUP", "CREATE", stream, "audit", "0", "MKSTREAM"});
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  eventually("trimmed", [&] { return length() == 0; });
}

TEST_F(DrainLoopTest, AcknowledgedEntriesStayForThoseWhoWatch) {
  options.stream_keep = 60s;
  // An entry of long ago beside one of now.
  redis.call({"XADD", stream, "1000-0", "origin", origin, "first", "1", "body", line_of(1)});
  add("2", line_of(2));
  start();
  eventually("figure", [&] { return figure() == ";2;"; });
  eventually("the old one is trimmed", [&] { return length() == 1; });
  add("3", line_of(3));
  eventually("figure", [&] { return figure() == ";3;"; });
  EXPECT_EQ(length(), 2);
}

TEST_F(DrainLoopTest, PastTheCapTheOldestEntriesGo) {
  options.protect = {"tracker", "billing"};
  start();
  for (unsigned n = 0; n < 40; ++n) add(std::to_string(n + 1), std::string(16 * 1024, 'x'));
  eventually("only billing is behind", [&] {
    return figure() == ";40;" && redis.call({"XPENDING", stream, "tracker"})[0].integer() == 0;
  });
  EXPECT_EQ(length(), 40);
  stop();
  options.stream_bytes_max = 200 * KiB;
  start();
  eventually("trimmed", [&] { return loop->stats().trimmed_over_cap > 0; });
  eventually("under the cap", [&] {
    return redis.call({"MEMORY", "USAGE", stream}).integer() <= 200 * 1024;
  });
  EXPECT_GT(length(), 0);
  eventually("who was behind is said", [&] {
    return redis.call({"HGET", "wm:capped", "0"}).text().ends_with(";billing");
  });
}

TEST_F(DrainLoopTest, ARestoredBackupGetsANewGeneration) {
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  stop();
  const auto backup = folder.path() / "backup.db";
  std::filesystem::copy_file(folder.path() / "store.db", backup);
  start();
  const std::string generation = reader()->generation().value();
  add("2", line_of(2));
  eventually("figure", [&] { return figure() == ";2;"; });
  EXPECT_EQ(field("generation"), generation) << "an ordinary restart keeps the word";
  stop();
  std::filesystem::copy_file(backup, folder.path() / "store.db",
                             std::filesystem::copy_options::overwrite_existing);
  start();
  eventually("new word", [&] { return field("generation") != generation; });
  EXPECT_EQ(field("generation"), reader()->generation().value());
  eventually("figure of the backup", [&] { return figure() == ";1;"; });
  EXPECT_EQ(loop->stats().generations_renewed, 1U);
}

// Redis is empty after the restore: only the edge knows better, and says so when it gets to it.
TEST_F(DrainLoopTest, AnEdgeThatKnowsMoreThanTheStoreMakesANewGeneration) {
  start();
  add("1", line_of(1));
  eventually("figure", [&] { return figure() == ";1;"; });
  const std::string generation = field("generation");
  const auto report = [&](const std::string& figure) {
    redis.call({"HSET", "wm:edges", "00000000000000aa",
                fmt::format(R"({{"name":"edge1","known":{{"{}":"{}"}}}})", origin_key, figure)});
  };
  report(generation + ";1;");
  redis.call({"HSET", "wm:edges", "what", "no report"});
  add("2", line_of(2));
  eventually("figure", [&] { return figure() == ";2;"; });
  EXPECT_EQ(field("generation"), generation) << "the edge knows no more";
  report(generation + ";9;");
  eventually("new word", [&] { return field("generation") != generation; });
  EXPECT_EQ(field("generation"), reader()->generation().value());
  eventually("figure", [&] { return field(origin_key) == field("generation") + ";2;"; });
  add("3", line_of(3));
  eventually("figure", [&] { return figure() == ";3;"; });
  EXPECT_EQ(loop->stats().generations_renewed, 1U) << "the edge's figure is of the past by now";
}

TEST_F(DrainLoopTest, LinesOfANewerVersionAreTriedAtEachStart) {
  start();  // makes the store
  stop();
  {
    const auto writer = open_store(url, StoreAccess::write);
    Batch batch;
    batch.add_dead({.id = 0,
                    .at_ms = 1,
                    .stream = stream,
                    .entry = "1-0",
                    .origin = origin_key,
                    .sequence = 1,
                    .reason = std::string{dead_reason::unknown_version},
                    .line = line_of(1)});  // which this program can read
    batch.add_dead({.id = 0,
                    .at_ms = 1,
                    .stream = stream,
                    .entry = "1-0",
                    .origin = origin_key,
                    .sequence = 2,
                    .reason = std::string{dead_reason::unknown_version},
                    .line = R"({"v":9})"});
    ASSERT_TRUE(writer->commit_batch(batch, 1));
  }
  start();
  eventually("solved", [&] { return reader()->clicks({})->data.size() == 1; });
  EXPECT_EQ(reader()->dead_letters("", 0, 9)->size(), 1U);
}

TEST_F(DrainLoopTest, FullMemoryDoesNotKeepItFromMakingRoom) {
  options.stream_keep = 1h;  // there is no room for that
  start();
  eventually("group", [&] { return redis.call({"XINFO", "GROUPS", stream}).size() == 1; });
  stop();
  for (unsigned n = 1; n <= 20; ++n) add(std::to_string(n), line_of(n));
  redis.call({"CONFIG", "SET", "maxmemory", "1"});
  start();
  eventually("stored", [&] { return counts().stored == 20; });
  eventually("trimmed", [&] { return length() == 0; });
  redis.call({"CONFIG", "SET", "maxmemory", "0"});
  eventually("figure", [&] { return figure() == ";20;"; });
}

// A group that cannot be made stands at 0: it holds back the trimming, yet not the cap.
TEST_F(DrainLoopTest, FullMemoryAndAMissingGroupStillLeaveTheCap) {
  start();
  eventually("group", [&] { return redis.call({"XINFO", "GROUPS", stream}).size() == 1; });
  stop();
  for (unsigned n = 1; n <= 20; ++n) add(std::to_string(n), line_of(n));
  redis.call({"CONFIG", "SET", "maxmemory", "1"});
  options.protect = {"tracker", "archive"};
  options.stream_bytes_max = Bytes{1};
  start();
  eventually("cut to the cap", [&] { return length() == 0; });
  redis.call({"CONFIG", "SET", "maxmemory", "0"});
  eventually("group", [&] { return redis.call({"XINFO", "GROUPS", stream}).size() == 2; });
}

}  // namespace
}  // namespace waymark::tracker
