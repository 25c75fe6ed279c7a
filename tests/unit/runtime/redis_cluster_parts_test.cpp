// The pure parts of Cluster support: slots, keys of commands, the map of slots, redirections.
#include "common/redis/command.hpp"
#include "common/redis/slots.hpp"
#include "common/redis/topology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <string>

namespace waymark::redis {
namespace {

Reply decoded(const std::string& bytes) {
  redisReader* const reader = redisReaderCreate();
  redisReaderFeed(reader, bytes.data(), bytes.size());
  void* reply = nullptr;
  redisReaderGetReply(reader, &reply);
  redisReaderFree(reader);
  return Reply{static_cast<redisReply*>(reply)};
}

// The first is the check value of CRC16/XMODEM; the others are what CLUSTER KEYSLOT of Redis 7.0
// answers.
TEST(RedisSlots, AreThoseOfRedis) {
  EXPECT_EQ(slot_of("123456789"), 0x31C3);
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of("wm:stream"), 11781);
  EXPECT_EQ(slot_of("wm:link:*/anna7"), 5061);
}

TEST(RedisSlots, OnlyTheFirstTagCounts) {
  EXPECT_EQ(slot_of("wm:clicks:{0}"), slot_of("0"));
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("{user1000}.followers"));
  EXPECT_EQ(slot_of("foo{}{bar}"), 8363) << "an empty tag is none";
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
  EXPECT_EQ(slot_of("foo{bar"), 15278);
}

TEST(RedisCommandKey, IsFoundWhereverItStands) {
  EXPECT_EQ(Command("HGETALL", "wm:stream").key(), "wm:stream");
  EXPECT_EQ(Command("XADD", "wm:clicks:{0}", "NOMKSTREAM", "*", "a", "b").key(), "wm:clicks:{0}");
  EXPECT_EQ(Command("XINFO", "GROUPS", "k").key(), "k");
  EXPECT_EQ(Command("xgroup", "CREATE", "k", "g", "0").key(), "k");
  EXPECT_EQ(Command("MEMORY", "USAGE", "k").key(), "k");
  EXPECT_EQ(Command("XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "k", ">").key(), "k");
  EXPECT_EQ(Command("PING").key(), "");
  EXPECT_EQ(Command("INFO", "server").key(), "");
  EXPECT_EQ(Command("GET", "").key(), "");
}

const Address asked{"10.0.0.1", 7000, ""};

TEST(RedisTopology, ReadsClusterSlots) {
  const auto reply = decoded(
      "*3\r\n"
      "*4\r\n:0\r\n:100\r\n*3\r\n$9\r\n127.0.0.1\r\n:7001\r\n$1\r\na\r\n"
      "*3\r\n$9\r\n127.0.0.1\r\n:7004\r\n$1\r\nb\r\n"
      "*3\r\n:101\r\n:16382\r\n*3\r\n$0\r\n\r\n:7002\r\n$1\r\nc\r\n"
      "*3\r\n:16383\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:7001\r\n$1\r\na\r\n");
  const auto topology = Topology::read(reply, asked);
  ASSERT_TRUE(topology);
  EXPECT_THAT(topology->masters(),
              testing::ElementsAre(Address{"127.0.0.1", 7001, ""}, Address{"10.0.0.1", 7002, ""}));
  EXPECT_EQ(topology->master_of(0)->port, 7001);
  EXPECT_EQ(topology->master_of(101)->port, 7002);
  EXPECT_EQ(topology->master_of(16383)->port, 7001);
  EXPECT_EQ(topology->unserved(), 0U);
}

TEST(RedisTopology, SlotsMayHaveNoMaster) {
  const auto reply =
      decoded("*1\r\n*3\r\n:5\r\n:6\r\n*3\r\n$9\r\n127.0.0.1\r\n:7001\r\n$1\r\na\r\n");
  auto topology = Topology::read(reply, asked);
  ASSERT_TRUE(topology);
  EXPECT_EQ(topology->master_of(4), nullptr);
  EXPECT_EQ(topology->unserved(), slots_count - 2);
  topology->move(4, {"127.0.0.1", 7009, ""});
  EXPECT_EQ(topology->master_of(4)->port, 7009);
  EXPECT_EQ(topology->master_of(5)->port, 7001);
}

TEST(RedisTopology, NothingComesOfAnotherForm) {
  for (const char* reply :
       {"-ERR This instance has cluster support disabled\r\n", "*0\r\n", "+OK\r\n",
        "*1\r\n*3\r\n:0\r\n:16384\r\n*3\r\n$1\r\nh\r\n:1\r\n$1\r\na\r\n",
        "*1\r\n*3\r\n:-1\r\n:5\r\n*3\r\n$1\r\nh\r\n:1\r\n$1\r\na\r\n",
        "*1\r\n*3\r\n:0\r\n:5\r\n*3\r\n$1\r\nh\r\n:70000\r\n$1\r\na\r\n"}) {
    EXPECT_FALSE(Topology::read(decoded(reply), asked)) << reply;
  }
}

TEST(RedisRedirection, IsRead) {
  EXPECT_EQ(parse_redirection("MOVED 3999 127.0.0.1:6381", asked),
            (Redirection{false, 3999, {"127.0.0.1", 6381, ""}}));
  EXPECT_EQ(parse_redirection("ASK 0 ::1:6381", asked), (Redirection{true, 0, {"::1", 6381, ""}}));
  EXPECT_EQ(parse_redirection("MOVED 1 :6381", asked),
            (Redirection{false, 1, {"10.0.0.1", 6381, ""}}));
  for (const char* text : {"MOVED", "MOVED 1", "MOVED 16384 h:1", "MOVED x h:1", "MOVED 1 h:0",
                           "ASK 1 h", "ERR MOVED 1 h:1", "MOVED 1 h:70000"}) {
    EXPECT_FALSE(parse_redirection(text, asked)) << text;
  }
}

}  // namespace
}  // namespace waymark::redis
