// Shipping as a whole against a real Redis; the test plays the request threads and the tracker.
#include "common/ranges.hpp"
#include "redirect/shipping/shipping.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace waymark::redirect {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

std::string line_of(Sequence n) {
  return "{\"v\":1,\"n\":" + std::to_string(n) + "}\n";
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

// An edge without visitors: one thread with its journal and shipper.
class Edge {
 public:
  Edge(const std::filesystem::path& dir, const std::string& url, ShipOptions ship = {},
       std::chrono::milliseconds keep = 24h) {
    JournalOptions journal;
    journal.dir = dir;
    journal.segment_bytes = 64 * KiB;
    journal.sync = 50ms;
    journal.keep = keep;
    shipping_.emplace(
        journal, ship, redis::parse_url(url, "redis.stream"), 1U,
        EdgeInfo{"edge1", "127.0.0.1:9080", "1.2.3", [] { return std::vector<std::string>{"k1"}; }},
        control_, log_);
    shipping_->start(0, io_);
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~Edge() {
    work_.reset();
    io_.stop();
    thread_.join();
    shipping_.reset();
  }

  void clicks(Sequence count) {
    std::promise<void> done;
    asio::post(io_, [&] {
      for (Sequence i = 0; i < count; ++i) {
        auto& writer = shipping_->writer(0);
        const auto room = writer.reserve();
        if (!room) continue;
        const std::string line = line_of(writer.last() + 1);
        std::memcpy(*room, line.data(), line.size());
        writer.commit(line.size(), 1'700'000'000'000);
      }
      done.set_value();
    });
    done.get_future().wait();
  }
  std::string origin() const { return shipping_->epoch() + "/0"; }
  Shipping& operator*() { return *shipping_; }
  Shipping* operator->() { return &*shipping_; }
  asio::io_context& control() { return control_; }

 private:
  Log log_{"redirect", LogLevel::error};
  asio::io_context control_{1};
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      io_.get_executor()};
  std::optional<Shipping> shipping_;
  std::thread thread_;
};

struct Entry {
  std::string id;
  std::map<std::string, std::string> fields;
};

class ShippingRedis : public testing::Test {
 protected:
  std::vector<Entry> entries() {
    std::vector<Entry> all;
    const auto reply = redis.call({"XRANGE", "wm:clicks:{0}", "-", "+"});
    for (std::size_t i = 0; i < reply.size(); ++i) {
      Entry entry{std::string{reply[i][0].text()}, {}};
      const auto fields = reply[i][1];
      for (std::size_t f = 0; f + 1 < fields.size(); f += 2) {
        entry.fields.emplace(fields[f].text(), fields[f + 1].text());
      }
      all.push_back(std::move(entry));
    }
    return all;
  }
  // Numbers of the origin in the stream; checks that every line is the one written.
  SequenceSet streamed(const std::string& origin) {
    SequenceSet set;
    for (const Entry& entry : entries()) {
      if (entry.fields.at("origin") != "edge1/" + origin || entry.fields.contains("end")) continue;
      Sequence n = std::stoull(entry.fields.at("first"));
      std::istringstream body{entry.fields.at("body")};
      for (std::string line; std::getline(body, line); ++n) {
        EXPECT_EQ(line + "\n", line_of(n));
        set.add({n, n});
      }
    }
    return set;
  }
  bool has(const std::string& origin, Sequence last) {
    return eventually([&] { return streamed(origin).covers({1, last}); });
  }
  void commit(const std::string& origin, Sequence complete, const std::string& generation = "g1") {
    redis.call({"HSET", "wm:committed", "generation", generation, origin,
                generation + ";" + std::to_string(complete) + ";"});
  }

  test::RedisServer redis;
  test::TemporaryFolder dir;
};

TEST_F(ShippingRedis, MakesTheStreamAndShipsEveryLineOnce) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(5'000);
  ASSERT_TRUE(has(edge.origin(), 5'000));
  EXPECT_EQ(edge->stats().sent_again, 0U);
  EXPECT_LT(entries().size(), 100U) << "a busy edge batches";
  const auto groups = redis.call({"XINFO", "GROUPS", "wm:clicks:{0}"});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(redis.call({"HLEN", "wm:stream"}).integer(), 1);
}

TEST_F(ShippingRedis, AnIdleEdgeWritesOneLinePerEntry) {
  Edge edge{dir.path(), redis.url()};
  for (Sequence n = 1; n <= 3; ++n) {
    edge.clicks(1);
    ASSERT_TRUE(has(edge.origin(), n));
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(entries().size(), 3U);
  EXPECT_EQ(entries()[0].fields.at("body"), "{\"v\":1,\"n\":1}") << "no line end at the end";
}

TEST_F(ShippingRedis, CommittedClicksAreNotOwed) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(100);
  ASSERT_TRUE(has(edge.origin(), 100));
  EXPECT_EQ(edge->stats().owed, 100U);
  commit(edge.origin(), 100);
  EXPECT_TRUE(eventually([&] { return edge->stats().owed == 0; }));
  EXPECT_EQ(edge->stats().window_bytes, 0U);
}

TEST_F(ShippingRedis, AFlushedRedisGetsWhatIsNotCommittedAgain) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(1'000);
  ASSERT_TRUE(has(edge.origin(), 1'000));
  commit(edge.origin(), 400);
  ASSERT_TRUE(eventually([&] { return edge->stats().committed == 400; }));
  redis.call({"FLUSHALL"});
  ASSERT_TRUE(eventually([&] { return streamed(edge.origin()).covers({401, 1'000}); }));
  EXPECT_FALSE(streamed(edge.origin()).contains(400));
  EXPECT_TRUE(eventually([&] { return edge->stats().sent_again == 600; }));
}

TEST_F(ShippingRedis, AKilledAndEmptyRedisGetsAllAgain) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(500);
  ASSERT_TRUE(has(edge.origin(), 500));
  redis.kill();
  edge.clicks(500);
  redis.restart();
  EXPECT_TRUE(has(edge.origin(), 1'000));
}

TEST_F(ShippingRedis, ARedisThatRefusesWritesDelaysAndLosesNothing) {
  redis.call({"CONFIG", "SET", "maxmemory", "1"});
  Edge edge{dir.path(), redis.url()};
  edge.clicks(300);
  std::this_thread::sleep_for(300ms);
  redis.call({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(has(edge.origin(), 300));
}

// A failover that the old master survives: it stays reachable and only refuses writes.
TEST_F(ShippingRedis, AMasterThatBecameAReplicaIsLeftForTheNextAddress) {
  test::RedisServer other;
  Edge edge{dir.path(), redis.url() + ",127.0.0.1:" + std::to_string(other.port())};
  edge.clicks(10);
  ASSERT_TRUE(has(edge.origin(), 10));
  redis.call({"REPLICAOF", "127.0.0.1", std::to_string(other.port())});
  edge.clicks(10);
  EXPECT_TRUE(has(edge.origin(), 20)) << "by way of the new master";
}

TEST_F(ShippingRedis, AStreamEvictedAloneIsMadeAgain) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(10);
  ASSERT_TRUE(has(edge.origin(), 10));
  redis.call({"DEL", "wm:clicks:{0}"});
  edge.clicks(10);
  EXPECT_TRUE(has(edge.origin(), 20));
}

TEST_F(ShippingRedis, TheWindowHoldsBackWhatTheStoreCannotTake) {
  ShipOptions ship;
  ship.window = 100 * KiB;
  Edge edge{dir.path(), redis.url(), ship};
  edge.clicks(20'000);
  std::this_thread::sleep_for(1'500ms);
  const auto before = streamed(edge.origin());
  EXPECT_LT(before.count(), 10'000U);
  EXPECT_LE(edge->stats().window_bytes, 100 * KiB);
  Sequence committed = before.complete();
  EXPECT_TRUE(eventually([&] {
    committed = std::max(committed, streamed(edge.origin()).complete());
    commit(edge.origin(), committed);
    return committed == 20'000;
  }));
}

TEST_F(ShippingRedis, AStoreOfAnotherGenerationGetsTheWholeJournal) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(1'000);
  ASSERT_TRUE(has(edge.origin(), 1'000));
  commit(edge.origin(), 1'000);
  ASSERT_TRUE(eventually([&] { return edge->stats().owed == 0; }));
  redis.call({"XTRIM", "wm:clicks:{0}", "MAXLEN", "0"});
  commit(edge.origin(), 300, "g2");
  ASSERT_TRUE(eventually([&] { return streamed(edge.origin()).covers({301, 1'000}); }));
  EXPECT_FALSE(streamed(edge.origin()).contains(300));
}

TEST_F(ShippingRedis, TheEdgeDescribesItself) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(7);
  boost::json::object report;
  ASSERT_TRUE(eventually([&] {
    const auto reply = redis.call({"HGET", "wm:edges", edge->epoch()});
    if (!reply.is_text()) return false;
    report = boost::json::parse(reply.text()).as_object();
    return report["last"].at("0").to_number<int>() == 7;
  }));
  EXPECT_EQ(report["name"], "edge1");
  EXPECT_EQ(report["admin"], "127.0.0.1:9080");
  EXPECT_EQ(report["version"], "1.2.3");
  EXPECT_EQ(report["keys"], boost::json::array{"k1"});
  EXPECT_EQ(report["drops"].at("journal_full"), 0);
  EXPECT_EQ(report["known"], boost::json::object{}) << "nothing is committed";
}

TEST_F(ShippingRedis, TheEdgeSaysWhatItKnowsToBeCommitted) {
  Edge edge{dir.path(), redis.url()};
  edge.clicks(7);
  ASSERT_TRUE(has(edge.origin(), 7));
  commit(edge.origin(), 5, "g7");
  redis.call({"DEL", "wm:edges"});
  ASSERT_TRUE(eventually([&] {
    const auto reply = redis.call({"HGET", "wm:edges", edge->epoch()});
    if (!reply.is_text()) return false;
    const auto known = boost::json::parse(reply.text()).as_object()["known"].as_object();
    return known.contains(edge.origin()) && known.at(edge.origin()) == "g7;5;";
  }));
}

TEST_F(ShippingRedis, FinishingShipsWhatLingersAndCallsBack) {
  Edge edge{dir.path(), redis.url()};
  ASSERT_TRUE(eventually([&] { return edge->stats().shipping; }));
  edge.clicks(3'000);
  bool done = false;
  edge->finish(10s, [&] { done = true; });
  auto work = asio::make_work_guard(edge.control());
  while (!done) edge.control().run_one();
  EXPECT_TRUE(streamed(edge.origin()).covers({1, 3'000}));
}

// With nothing else to wait for, the first of two answered reports must not end it for the second.
TEST_F(ShippingRedis, FinishingAmidAReportCallsBackOnce) {
  Edge edge{dir.path(), redis.url()};
  ASSERT_TRUE(eventually([&] { return edge->stats().shipping; }));
  redis.call({"CLIENT", "PAUSE", "1500", "ALL"});
  std::this_thread::sleep_for(1'100ms);  // the report of each second is under way
  int done = 0;
  edge->finish(10s, [&] { ++done; });
  auto work = asio::make_work_guard(edge.control());
  while (done == 0) edge.control().run_one();
  edge.control().run_for(100ms);
  EXPECT_EQ(done, 1);
}

TEST_F(ShippingRedis, FinishingWithoutRedisEndsInTime) {
  redis.kill();
  Edge edge{dir.path(), redis.url()};
  edge.clicks(10);
  bool done = false;
  edge->finish(100ms, [&] { done = true; });
  auto work = asio::make_work_guard(edge.control());
  while (!done) edge.control().run_one();
}

TEST_F(ShippingRedis, FinishingWaitsForNoRedisThatIsAway) {
  Edge edge{dir.path(), redis.url()};
  ASSERT_TRUE(eventually([&] { return edge->stats().shipping; }));
  redis.kill();
  edge.clicks(10);
  bool done = false;
  edge->finish(60s, [&] { done = true; });
  auto work = asio::make_work_guard(edge.control());
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!done && std::chrono::steady_clock::now() < end) edge.control().run_one_for(100ms);
  EXPECT_TRUE(done);
  EXPECT_EQ(edge->stats().owed, 10U);
}

// --- Adoption ---

// Makes a child that journals `count` clicks without any Redis and is killed. Returns its epoch.
std::string leave_behind(const std::filesystem::path& dir, Sequence count) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    Edge edge{dir, "redis://127.0.0.1:1"};
    edge.clicks(count);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  for (const auto& entry : std::filesystem::directory_iterator{dir}) {
    if (entry.path().filename().native().size() == 16) return entry.path().filename();
  }
  return {};
}

TEST_F(ShippingRedis, WhatAKilledProcessLeftIsShippedAndEnded) {
  const std::string epoch = leave_behind(dir.path(), 2'000);
  Edge edge{dir.path(), redis.url(), {}, 1s};
  edge.clicks(10);
  ASSERT_TRUE(has(epoch + "/0", 2'000));
  ASSERT_TRUE(has(edge.origin(), 10));
  const auto ends = [&] {
    int count = 0;
    for (const Entry& entry : entries()) {
      if (!entry.fields.contains("end")) continue;
      EXPECT_EQ(entry.fields.at("origin"), "edge1/" + epoch + "/0");
      EXPECT_EQ(entry.fields.at("end"), "2000");
      EXPECT_EQ(entry.fields.at("body"), "");
      ++count;
    }
    return count;
  };
  EXPECT_EQ(ends(), 0);
  commit(epoch + "/0", 2'000);
  ASSERT_TRUE(eventually([&] { return ends() == 1; }));
  // journal.keep is over: folder and fields go.
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(dir.path() / epoch); }));
  EXPECT_TRUE(eventually([&] {
    return redis.call({"HEXISTS", "wm:committed", epoch + "/0"}).integer() == 0;
  }));
}

TEST_F(ShippingRedis, OfAnAdoptedEpochOnlyWhatTheStoreLacksIsShipped) {
  const std::string epoch = leave_behind(dir.path(), 1'000);
  commit(epoch + "/0", 990);
  Edge edge{dir.path(), redis.url()};
  ASSERT_TRUE(eventually([&] { return streamed(epoch + "/0").covers({991, 1'000}); }));
  EXPECT_FALSE(streamed(epoch + "/0").contains(990));
}

TEST_F(ShippingRedis, DamageIsSentAsALossBetweenTheLinesAroundIt) {
  const std::string epoch = leave_behind(dir.path(), 100);
  for (const auto& file : std::filesystem::directory_iterator{dir.path() / epoch}) {
    std::FILE* segment = std::fopen(file.path().c_str(), "r+");
    std::fseek(segment, 2'000, SEEK_SET);
    std::fputs("#", segment);
    std::fclose(segment);
  }
  Edge edge{dir.path(), redis.url()};
  std::optional<Entry> loss;
  ASSERT_TRUE(eventually([&] {
    for (const Entry& entry : entries()) {
      if (entry.fields.contains("lost")) loss = entry;
    }
    return loss && streamed(epoch + "/0").contains(100);
  }));
  EXPECT_EQ(loss->fields.at("lost"), "1");
  EXPECT_EQ(loss->fields.at("reason"), "damaged");
  EXPECT_EQ(loss->fields.at("body"), "");
  SequenceSet all = streamed(epoch + "/0");
  const Sequence lost = std::stoull(loss->fields.at("first"));
  EXPECT_FALSE(all.contains(lost));
  all.add({lost, lost});
  EXPECT_TRUE(all.covers({1, 100}));
}

TEST_F(ShippingRedis, TwoEdgesOnOneFolderLeaveEachOtherAlone) {
  Edge one{dir.path(), redis.url()};
  Edge two{dir.path(), redis.url()};
  one.clicks(100);
  two.clicks(200);
  EXPECT_TRUE(has(one.origin(), 100));
  EXPECT_TRUE(has(two.origin(), 200));
  EXPECT_EQ(one->stats().adopted_owed + two->stats().adopted_owed, 0U);
}

}  // namespace
}  // namespace waymark::redirect
