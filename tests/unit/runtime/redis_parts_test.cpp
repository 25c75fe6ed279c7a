// The pure parts of the Redis connection: commands, the queue of waiting replies, the handshake.
#include "common/backoff.hpp"
#include "common/redis/command.hpp"
#include "common/redis/handshake.hpp"
#include "common/redis/reply_queue.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace waymark::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = ReplyQueue::Clock;

// Decodes RESP with hiredis, which is how Redis would read a command too.
Reply decoded(const std::string& bytes) {
  redisReader* reader = redisReaderCreate();
  redisReaderFeed(reader, bytes.data(), bytes.size());
  void* reply = nullptr;
  EXPECT_EQ(redisReaderGetReply(reader, &reply), REDIS_OK);
  redisReaderFree(reader);
  return Reply{static_cast<redisReply*>(reply)};
}

RC_GTEST_PROP(RedisCommand, IsReadBackArgumentByArgument, ()) {
  const auto arguments = *rc::gen::nonEmpty<std::vector<std::string>>();
  Command command{arguments.front()};
  for (std::size_t i = 1; i < arguments.size(); ++i) command.add(arguments[i]);
  const std::string bytes = command.encoded();
  RC_ASSERT(bytes.size() == command.encoded_bytes());
  RC_ASSERT(command.name() == arguments.front());
  const Reply reply = decoded(bytes);
  RC_ASSERT(reply.size() == arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) RC_ASSERT(reply[i].text() == arguments[i]);
}

TEST(RedisCommand, WritesNumbers) {
  EXPECT_EQ(Command{"X"}.add(std::int64_t{-12}).encoded(), "*2\r\n$1\r\nX\r\n$3\r\n-12\r\n");
}

TEST(RedisReply, KnowsItsErrorCode) {
  const Reply reply = decoded("-OOM command not allowed\r\n");
  EXPECT_TRUE(reply.is_error());
  EXPECT_TRUE(reply.is_error_code("OOM"));
  EXPECT_FALSE(reply.is_error_code("OO"));
  EXPECT_FALSE(decoded("+OOM fine\r\n").is_error_code("OOM"));
  EXPECT_TRUE(decoded("*1\r\n:7\r\n")[0].is_integer());
  EXPECT_TRUE(decoded("*1\r\n:7\r\n")[1].is_nil());
  EXPECT_TRUE(Reply{}.is_nil());
}

struct Waiting {
  ReplyQueue queue;
  std::vector<std::string> heard;
  Clock::time_point now{};

  void push(const std::string& name, std::chrono::milliseconds deadline) {
    queue.push([this, name](auto, const Reply&) { heard.push_back(name); }, deadline, now);
  }
  static void run(const std::vector<ReplyQueue::Handler>& handlers) {
    for (const auto& handler : handlers) handler({}, Reply{});
  }
};

TEST(ReplyQueueOf, CommandsExpiresThemByDeadlineAndKeepsTheirPlaces) {
  Waiting waiting;
  waiting.push("slow", 100ms);
  waiting.push("quick", 10ms);
  waiting.now += 9ms;
  EXPECT_TRUE(waiting.queue.expire(waiting.now).empty());
  waiting.now += 1ms;
  Waiting::run(waiting.queue.expire(waiting.now));
  EXPECT_THAT(waiting.heard, testing::ElementsAre("quick"));
  EXPECT_EQ(waiting.queue.size(), 2U);
  EXPECT_TRUE(waiting.queue.pop(waiting.now)) << "the reply of slow";
  EXPECT_FALSE(waiting.queue.pop(waiting.now)) << "the late reply of quick";
  EXPECT_TRUE(waiting.queue.empty());
}

TEST(ReplyQueueOf, CommandsGivesAllThatStillWait) {
  Waiting waiting;
  waiting.push("a", 5ms);
  waiting.push("b", 1h);
  waiting.push("c", std::chrono::milliseconds::max());
  waiting.now += 5ms;
  waiting.queue.expire(waiting.now);
  Waiting::run(waiting.queue.take_all());
  EXPECT_THAT(waiting.heard, testing::ElementsAre("b", "c"));
  EXPECT_TRUE(waiting.queue.empty());
}

TEST(ReplyQueueOf, CommandsStallsOnlyWithoutAnyReply) {
  Waiting waiting;
  EXPECT_FALSE(waiting.queue.stalled(waiting.now + 1h, 10s));
  waiting.push("a", 1s);
  waiting.push("b", 1s);
  waiting.now += 9s;
  EXPECT_FALSE(waiting.queue.stalled(waiting.now, 10s));
  waiting.queue.pop(waiting.now);
  waiting.now += 9s;
  EXPECT_FALSE(waiting.queue.stalled(waiting.now, 10s)) << "a reply came 9 s ago";
  waiting.now += 1s;
  EXPECT_TRUE(waiting.queue.stalled(waiting.now, 10s));
}

TEST(ReplyQueueOf, CommandsLetsABlockingOneWaitItsTime) {
  Waiting waiting;
  waiting.push("XREADGROUP BLOCK 30000", 31s);
  EXPECT_FALSE(waiting.queue.stalled(waiting.now + 30s, 10s));
  EXPECT_TRUE(waiting.queue.stalled(waiting.now + 31s, 10s));
}

std::string bulk(const std::string& text) {
  return fmt::format("${}\r\n{}\r\n", text.size(), text);
}

TEST(RedisHandshake, SaysOnlyWhatIsNeeded) {
  EXPECT_EQ(Handshake(parse_url("redis://h", "redis"), "").bytes(),
            Command("INFO", "server").encoded());
  EXPECT_EQ(Handshake(parse_url("redis://u:p@h/2", "redis"), "me").bytes(),
            Command("AUTH", "u", "p").encoded() + Command("SELECT", "2").encoded() +
                Command("CLIENT", "SETNAME", "me").encoded() + Command("INFO", "server").encoded());
}

TEST(RedisHandshake, LearnsVersionAndRunId) {
  Handshake handshake{parse_url("redis://h", "redis"), "me"};
  EXPECT_FALSE(handshake.step(decoded("-NOPERM no\r\n"))) << "the name may be refused";
  const auto outcome =
      handshake.step(decoded(bulk("# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n")));
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_EQ((*outcome)->version, "7.0.15");
  EXPECT_EQ((*outcome)->run_id, "abc");
}

TEST(RedisHandshake, RefusesAnOldServer) {
  Handshake handshake{parse_url("redis://h", "redis"), ""};
  const auto outcome = handshake.step(decoded(bulk("redis_version:6.0.16\r\n")));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error(), Errc::redis_too_old);
  EXPECT_EQ(handshake.explanation(), "Redis 6.0.16 is too old; install 6.2 or newer");
}

TEST(RedisHandshake, TellsAClusterFromASingleServer) {
  for (const bool cluster : {false, true}) {
    Handshake handshake{parse_url("redis://h", "redis"), ""};
    const auto mode = cluster ? "cluster" : "standalone";
    const auto outcome = handshake.step(
        decoded(bulk(fmt::format("redis_version:7.0.15\r\nredis_mode:{}\r\n", mode))));
    ASSERT_TRUE(outcome && *outcome);
    EXPECT_EQ((*outcome)->cluster, cluster);
  }
}

TEST(RedisHandshake, GoesOnWithAMasterOnlyWhenSentinelsNamedIt) {
  const Url url = parse_url("redis+sentinel://h/my", "redis");
  EXPECT_EQ(Handshake(url, "").bytes(),
            Command("ROLE").encoded() + Command("INFO", "server").encoded());
  Handshake of_master{url, ""};
  EXPECT_FALSE(of_master.step(decoded("*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n")));
  Handshake of_replica{url, ""};
  const auto outcome = of_replica.step(decoded("*1\r\n$5\r\nslave\r\n"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error(), Errc::redis_refused);
}

TEST(RedisHandshake, NamesTheRemedy) {
  const auto remedy = [](const char* url, const std::string& reply) {
    Handshake handshake{parse_url(url, "redis"), ""};
    const auto outcome = handshake.step(decoded(reply));
    EXPECT_TRUE(outcome && outcome->has_error() && outcome->error() == Errc::redis_refused);
    return handshake.explanation();
  };
  EXPECT_THAT(remedy("redis://h", "-NOAUTH Authentication required.\r\n"),
              HasSubstr("put the password into"));
  EXPECT_THAT(remedy("redis://:p@h", "-WRONGPASS invalid\r\n"),
              HasSubstr("check user and password"));
  EXPECT_THAT(remedy("redis://h/99", "-ERR DB index is out of range\r\n"),
              HasSubstr("database number"));
  EXPECT_THAT(remedy("redis://h", "-ERR max number of clients reached\r\n"),
              HasSubstr("maxclients"));
  EXPECT_THAT(remedy("redis://h", bulk("redis_version:7.0.15\r\nredis_mode:sentinel\r\n")),
              HasSubstr("write redis+sentinel://"));
}

TEST(RedisVersion, IsSupportedFrom62On) {
  for (const char* good : {"6.2.0", "6.2", "6.10.1", "7.0.15", "10.0.0"}) {
    EXPECT_TRUE(is_supported_version(good)) << good;
  }
  for (const char* bad : {"", "6", "6.", "6.0.16", "5.0.7", "x.y", "6-2"}) {
    EXPECT_FALSE(is_supported_version(bad)) << bad;
  }
}

RC_GTEST_PROP(BackoffWaits, GrowToTheirMaximumAndStartOver, (std::uint32_t seed)) {
  Backoff backoff{50ms, 2s, seed};
  for (auto ceiling = 50ms; ceiling < 10s; ceiling *= 2) {
    const auto limit = std::min<std::chrono::milliseconds>(ceiling, 2s);
    const auto wait = backoff.next();
    RC_ASSERT(wait >= limit / 2);
    RC_ASSERT(wait <= limit);
  }
  backoff.reset();
  RC_ASSERT(backoff.next() <= 50ms);
}

}  // namespace
}  // namespace waymark::redis
