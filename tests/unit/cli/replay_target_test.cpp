// The stream that a replay fills, in a real Redis: no more in it than somebody can be reading.
#include "tracker/cli/stream/replay_target.hpp"

#include "tests/support/redis_server.hpp"
#include "tracker/cli/api_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace waymark::cli {
namespace {

using namespace std::chrono_literals;

struct ReplayTargetTest : testing::Test {
  ReplayTargetTest() { EXPECT_TRUE(redis.connect(5'000ms)); }
  std::int64_t length() const { return server.call({"XLEN", "again"}).integer(); }
  void read(const char* group, const char* count) const {
    const auto entries =
        server.call({"XREADGROUP", "GROUP", group, "one", "COUNT", count, "STREAMS", "again", ">"});
    for (std::size_t i = 0; i < entries[0][1].size(); ++i) {
      server.call({"XACK", "again", group, std::string{entries[0][1][i][0].text()}});
    }
  }

  test::RedisServer server;
  RedisQuery redis{server.url()};
  ReplayTarget target{redis, "again", 3};
  ReplayState state{.range = {}, .epoch = "00000000000000aa", .first = 1};
};

TEST_F(ReplayTargetTest, BatchesLinesAndNumbersThem) {
  const std::string line(9'000, 'x');
  target.add("a\nb\n" + line + "\n" + line + "\n", state);
  const auto entries = server.call({"XRANGE", "again", "-", "+"});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0][1][1].text(), "replay/00000000000000aa/0");
  EXPECT_EQ(entries[0][1][5].text(), "a\nb\n" + line);
  EXPECT_EQ(entries[1][1][3].text(), "4");
  EXPECT_EQ(entries[1][1][5].text(), line);
  EXPECT_EQ(state.first, 5U);
}

TEST_F(ReplayTargetTest, KnowsHowFarItGot) {
  EXPECT_FALSE(target.begun());
  state.range = {10, 20, "lnk_1", "", "an-id"};
  target.add("a\n", state);
  const auto begun = target.begun();
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->range.from, 10);
  EXPECT_EQ(begun->range.to, 20);
  EXPECT_EQ(begun->range.link, "lnk_1");
  EXPECT_EQ(begun->range.after, "an-id");
  EXPECT_EQ(begun->epoch, state.epoch);
  EXPECT_EQ(begun->first, 2U);
  target.finish();
  EXPECT_FALSE(target.begun());
}

TEST_F(ReplayTargetTest, WaitsForTheSlowestGroup) {
  for (const char* group : {"fast", "slow"}) {
    server.call({"XGROUP", "CREATE", "again", group, "0", "MKSTREAM"});
  }
  for (int i = 0; i < 3; ++i) target.add("a\n", state);
  EXPECT_FALSE(target.has_room());
  read("fast", "3");
  EXPECT_FALSE(target.has_room()) << "slow has read nothing";
  EXPECT_EQ(length(), 3);
  read("slow", "2");
  EXPECT_TRUE(target.has_room());
  EXPECT_EQ(length(), 1) << "what both have acknowledged is gone";
}

TEST_F(ReplayTargetTest, StopsWhereNobodyReads) {
  for (int i = 0; i < 3; ++i) target.add("a\n", state);
  EXPECT_THROW(target.has_room(), CommandFailure);
}

TEST_F(ReplayTargetTest, KeepsOffTheKeysOfWaymark) {
  for (const char* key : {"", "wm:clicks:{0}", "wm:edges"}) {
    EXPECT_THROW((ReplayTarget{redis, key}), StartupError) << key;
  }
}

}  // namespace
}  // namespace waymark::cli
