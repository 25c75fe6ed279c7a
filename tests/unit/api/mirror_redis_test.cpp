// The copy of the links in a real Redis: written through at once, whole, and back after a loss.
#include "tests/support/redis_server.hpp"
#include "tests/unit/api/api_fixture.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

namespace waymark::tracker::test {
namespace {

using namespace std::chrono_literals;

class MirrorRedisTest : public ::testing::Test {
 protected:
  MirrorRedisTest() {
    wait_until([this] { return marker().ends_with(":0"); });
  }

  // Fields of a hash as `name=value` in the order Redis keeps them.
  std::string hash(const std::string& key) {
    const auto reply = redis.call({"HGETALL", key});
    std::string text;
    for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
      text += fmt::format("{}={} ", reply[i].text(), reply[i + 1].text());
    }
    return text;
  }
  std::string marker() { return std::string{redis.call({"GET", "wm:filled"}).text()}; }
  std::size_t keys() { return static_cast<std::size_t>(redis.call({"DBSIZE"}).integer()); }

  std::uint64_t mirrored_change() {
    std::uint64_t change = 0;
    api.on_loop([&] { change = api.mirror().mirrored_change(); });
    return change;
  }

  static void wait_until(const std::function<bool()>& condition) {
    for (int i = 0; i < 1'000; ++i) {
      if (condition()) return;
      std::this_thread::sleep_for(10ms);
    }
    FAIL() << "waited ten seconds in vain";
  }

  void make_links(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(
          api.post("/v1/links",
                   fmt::format(R"({{"destination":"https://a.example/{0}","code":"c{0}"}})", i))
              .status,
          201U);
    }
  }

  waymark::test::RedisServer redis;
  ApiSystem api{redis.url()};
};

// The mirror of a second tracker, on a thread of its own.
class OtherMirror {
 public:
  OtherMirror(const std::string& url, ApiSystem& api)
      : mirror_(io_, redis::parse_url(url, "redis"), api.store(), log_, MirrorScope::everything,
                [this] { return writes_.load(); }) {
    mirror_.start();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~OtherMirror() {
    boost::asio::post(io_, [this] { mirror_.stop(); });
    io_.stop();
    thread_.join();
  }
  void let_write(bool may) { writes_ = may; }
  std::uint64_t records() {
    std::promise<std::uint64_t> records;
    boost::asio::post(io_, [&] { records.set_value(mirror_.counts().records); });
    return records.get_future().get();
  }

 private:
  Log log_{"test", LogLevel::error};
  std::atomic<bool> writes_ = true;
  boost::asio::io_context io_{1};
  Mirror mirror_;
  std::thread thread_;
};

TEST_F(MirrorRedisTest, ALinkIsInRedisWhenItsAnswerIsHere) {
  const auto made = api.post("/v1/links", R"({"destination":"https://a.example/","code":"anna7",
                                              "id":"lnk_1","campaign":"camp_1"})");
  EXPECT_EQ(hash("wm:link:*/anna7"), "destination=https://a.example/ campaign=camp_1 link=lnk_1 ");
  EXPECT_TRUE(marker().ends_with(":1")) << marker();
  api.patch("/v1/links/lnk_1", R"({"status":"paused"})");
  EXPECT_NE(hash("wm:link:*/anna7").find("status=paused"), std::string::npos);
  api.patch("/v1/links/lnk_1", R"({"status":"active"})");
  EXPECT_EQ(hash("wm:link:*/anna7").find("status"), std::string::npos) << "defaults are left out";
}

TEST_F(MirrorRedisTest, FormerCodesFollowTheirLink) {
  api.post("/v1/links", R"({"destination":"https://a.example/","code":"one","id":"l"})");
  const std::string link = "destination=https://a.example/ link=l ";
  api.patch("/v1/links/l", R"({"code":"two"})");
  EXPECT_EQ(hash("wm:link:*/two"), link);
  EXPECT_EQ(hash("wm:link:*/one"), "alias_of=two ");
  api.patch("/v1/links/l", R"({"code":"three"})");
  EXPECT_EQ(hash("wm:link:*/three"), link);
  EXPECT_EQ(hash("wm:link:*/two"), "alias_of=three ");
  EXPECT_EQ(hash("wm:link:*/one"), "alias_of=three ") << "one step is enough";
  api.patch("/v1/links/l", R"({"code":"one"})");
  EXPECT_EQ(hash("wm:link:*/one"), link);
  EXPECT_EQ(hash("wm:link:*/three"), "alias_of=one ");

  const auto full = marker();
  redis.call({"FLUSHALL"});
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(hash("wm:link:*/one"), link);
  EXPECT_EQ(hash("wm:link:*/two"), "alias_of=one ");
}

TEST_F(MirrorRedisTest, ABatchIsInRedisWhenItsAnswerIsHere) {
  std::string lines;
  for (int i = 0; i < 500; ++i) {
    lines += fmt::format(R"({{"destination":"https://a.example/{0}","code":"c{0}"}})", i) + "\n";
  }
  api.post("/v1/links/batch", lines, {{"Content-Type", "application/x-ndjson"}});
  wait_until([this] { return marker().ends_with(":500"); });
  EXPECT_EQ(keys(), 501U);
}

TEST_F(MirrorRedisTest, CampaignsAndDomainsWithDefaultsAloneAreThereToo) {
  api.post("/v1/campaigns", R"({"id":"camp_1"})");
  EXPECT_EQ(hash("wm:campaign:camp_1"), "status=live ");
  api.post("/v1/domains", R"({"host":"go.example"})");
  EXPECT_EQ(hash("wm:domain:go.example"), "host=go.example ");
}

TEST_F(MirrorRedisTest, ADomainThatIsTakenAwayIsGoneWhenItsAnswerIsHere) {
  api.post("/v1/domains", R"({"host":"go.example"})");
  api.call("DELETE", "/v1/domains/go.example");
  EXPECT_EQ(redis.call({"EXISTS", "wm:domain:go.example"}).integer(), 0);
  const auto full = marker();
  EXPECT_TRUE(full.ends_with(":2")) << full;
  redis.call({"FLUSHALL"});
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(keys(), 1U) << "the marker";
  // A Redis from before hears of it as well.
  redis.call({"HSET", "wm:domain:go.example", "host", "go.example"});
  redis.call({"SET", "wm:filled", full.substr(0, full.size() - 1) + "1"});
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(keys(), 1U);
}

TEST_F(MirrorRedisTest, ADifferentKindOfKeyInTheWayIsReplaced) {
  redis.call({"SET", "wm:link:*/anna7", "text"});
  api.post("/v1/links", R"({"destination":"https://a.example/","code":"anna7","id":"l"})");
  EXPECT_EQ(hash("wm:link:*/anna7"), "destination=https://a.example/ link=l ");
}

TEST_F(MirrorRedisTest, AFlushedRedisIsFilledAgain) {
  make_links(3);
  const auto full = marker();
  redis.call({"FLUSHALL"});
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(keys(), 4U) << "three links and the marker";
}

TEST_F(MirrorRedisTest, ARedisThatLostItsDataIsFilledAgain) {
  make_links(3);
  const auto full = marker();
  redis.restart();
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(keys(), 4U);
}

TEST_F(MirrorRedisTest, AnOlderMarkerIsCaughtUpFrom) {
  make_links(2);
  const auto full = marker();
  redis.call({"SET", "wm:filled", full.substr(0, full.size() - 1) + "1"});
  redis.call({"DEL", "wm:link:*/c0", "wm:link:*/c1"});
  wait_until([&] { return marker() == full; });
  EXPECT_EQ(hash("wm:link:*/c0"), "") << "change 1 is what the marker says is there";
  EXPECT_NE(hash("wm:link:*/c1"), "");
}

// What Redis looks like to a store restored from a backup: its own generation, changes it lacks.
TEST_F(MirrorRedisTest, AMarkerBeyondTheStoreGetsANewGeneration) {
  make_links(2);
  const auto full = marker();
  const auto generation = full.substr(0, full.size() - 1);
  redis.call({"SET", "wm:filled", generation + "7"});
  wait_until([&] { return marker().ends_with(":2"); });
  EXPECT_FALSE(marker().starts_with(generation)) << marker();
  std::string stored;
  api.with_store([&](Store& store) { stored = *store.id() + ":" + *store.generation() + ":2"; });
  EXPECT_EQ(marker(), stored);
}

TEST_F(MirrorRedisTest, WithRedisAwayChangesAreTakenAndWrittenLater) {
  redis.kill();
  const auto made = api.post("/v1/links", R"({"destination":"https://a.example/","code":"late"})");
  EXPECT_EQ(made.status, 201U);
  redis.restart();
  wait_until([&] { return !hash("wm:link:*/late").empty(); });
}

TEST_F(MirrorRedisTest, LinksThatOthersWroteStay) {
  redis.call({"HSET", "wm:link:*/other", "destination", "https://b.example/"});
  redis.call({"DEL", "wm:filled"});
  wait_until([&] { return !marker().empty(); });
  EXPECT_EQ(hash("wm:link:*/other"), "destination=https://b.example/ ");
}

TEST_F(MirrorRedisTest, AFullRedisGetsTheRestWhenThereIsRoomAgain) {
  redis.call({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(api.post("/v1/links", R"({"destination":"https://a.example/","code":"tight"})").status,
            201U);
  EXPECT_EQ(hash("wm:link:*/tight"), "");
  redis.call({"CONFIG", "SET", "maxmemory", "0"});
  wait_until([&] { return !hash("wm:link:*/tight").empty(); });
}

TEST_F(MirrorRedisTest, ALinkThatHasHadItsClicksIsMarkedFull) {
  api.post("/v1/links",
           R"({"destination":"https://a.example/","code":"few","id":"lnk_few","max_clicks":1})");
  Click click;
  click.unix_ms = 1'777'716'000'000;
  click.id = Uuid7Generator{}.next(click.unix_ms);
  click.code = "few";
  click.link = "lnk_few";
  api.store_clicks({click});
  wait_until([&] { return hash("wm:link:*/few").find("full=1") != std::string::npos; });
  EXPECT_EQ(api.get("/v1/links/lnk_few").json().at("full"), true);
}

// Two trackers of one store: the one whose turn it is writes, the other one's callers see it.
TEST_F(MirrorRedisTest, TheOtherTrackerWaitsForTheOneThatWrites) {
  api.let_write(false);
  OtherMirror other{redis.url(), api};
  const auto made = api.post("/v1/links", R"({"destination":"https://a.example/","code":"anna7"})");
  ASSERT_EQ(made.status, 201U);
  wait_until([&] { return mirrored_change() == 1; });
  EXPECT_EQ(hash("wm:link:*/anna7").find("destination=https://a.example/ "), 0U);
  EXPECT_EQ(other.records(), 1U);
  redis.call({"FLUSHALL"});
  wait_until([&] { return marker().ends_with(":1"); });
  EXPECT_EQ(other.records(), 2U) << "nobody else fills";

  other.let_write(false);
  api.let_write(true);
  api.patch("/v1/links/" + made.text("id"), R"({"status":"paused"})");
  wait_until([&] { return hash("wm:link:*/anna7").find("status=paused") != std::string::npos; });
  EXPECT_EQ(other.records(), 2U);
}

// A fill runs while Redis is flushed again and again: whenever the marker stands, all links do.
TEST_F(MirrorRedisTest, AMarkerNeverStandsOverMissingLinks) {
  make_links(30);
  const auto full = marker();
  for (int round = 0; round < 20; ++round) {
    redis.call({"FLUSHALL"});
    std::this_thread::sleep_for(std::chrono::milliseconds{round * 7 % 40});
    redis.call({"FLUSHALL"});
    wait_until([&] { return marker() == full; });
    ASSERT_EQ(keys(), 31U);
  }
}

// Nothing would ever be written again, and nobody would know.
TEST_F(MirrorRedisTest, ABugEndsTheProgramRatherThanTheMirrorAlone) {
  boost::asio::io_context io{1};
  Log log{"test", LogLevel::error};
  Mirror mirror{io,
                redis::parse_url(redis.url(), "redis"),
                api.store(),
                log,
                MirrorScope::everything,
                []() -> bool { throw std::logic_error{"a bug"}; }};
  mirror.start();
  EXPECT_THROW(io.run_for(5s), std::logic_error);
}

}  // namespace
}  // namespace waymark::tracker::test
