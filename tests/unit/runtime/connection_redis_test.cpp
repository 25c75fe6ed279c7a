// What the Redis connection says to a real redis-server, and how it takes the answers.
#include "connection_fixture.hpp"
#include "tests/support/redis_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <vector>

namespace waymark::redis {
namespace {

using testing::HasSubstr;

TEST_F(RedisConnection, ShakesHandsAndAnswersOverTcp) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_TRUE(connection.server().supported);
  EXPECT_EQ(connection.server().run_id.size(), 40U);
  EXPECT_FALSE(connection.last_error());
  EXPECT_EQ(ask(connection, {"SET", "a", "1"}), "OK");
  EXPECT_EQ(ask(connection, {"GET", "a"}), "1");
  EXPECT_EQ(ask(connection, {"CLIENT", "GETNAME"}), "test");
}

TEST_F(RedisConnection, SpeaksOverAUnixSocketAndSelectsADatabase) {
  test::RedisServer server;
  Connection connection{io_, options(server.unix_url() + "?db=3"), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"SET", "a", "1"}), "OK");
  EXPECT_EQ(server.call({"GET", "a"}).is_nil(), true);
  EXPECT_THAT(std::string{server.call({"INFO", "keyspace"}).text()}, HasSubstr("db3:keys=1"));
}

TEST_F(RedisConnection, LogsInWithUserAndPassword) {
  test::RedisServer server{{"--user", "edge", "on", ">geheim@1", "~*", "&*", "+@all"}};
  Connection connection{
      io_, options("redis://edge:geheim%401@127.0.0.1:" + std::to_string(server.port())), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"ACL", "WHOAMI"}), "edge");
}

TEST_F(RedisConnection, NamesTheRemedyWhenThePasswordIsWrong) {
  test::RedisServer server{{"--requirepass", "right"}};
  testing::internal::CaptureStderr();
  Log log{"test", LogLevel::info, LogFormat::json};
  Connection connection{io_, options("redis://:wrong@127.0.0.1:" + std::to_string(server.port())),
                        log};
  connection.start();
  ASSERT_TRUE(run_until(io_, [&] { return connection.last_error() == Errc::redis_refused; }));
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(connection.ready());
  EXPECT_THAT(lines, HasSubstr("redis.away"));
  EXPECT_THAT(lines, HasSubstr("WRONGPASS"));
  EXPECT_THAT(lines, HasSubstr("check user and password"));
  EXPECT_THAT(lines, testing::Not(HasSubstr(":wrong@")));
}

TEST_F(RedisConnection, KeepsTheOrderOfManyCommands) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  std::vector<std::string> answers;
  const int count = 20'000;
  for (int i = 0; i < count; ++i) {
    connection.send({"ECHO", std::to_string(i)}, 10s, [&](error_code error, const Reply& reply) {
      ASSERT_FALSE(error);
      answers.emplace_back(reply.text());
    });
  }
  EXPECT_EQ(connection.waiting(), static_cast<std::size_t>(count));
  ASSERT_TRUE(run_until(io_, [&] { return answers.size() == count; }));
  for (int i = 0; i < count; ++i)
    ASSERT_EQ(answers[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_EQ(connection.waiting(), 0U);
}

TEST_F(RedisConnection, SendsTheCommandsOfOneTurnInOneWrite) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  const auto reads = [&] {
    const Reply info = server.call({"INFO", "stats"});
    const std::string_view text = info.text();
    const auto place = text.find("total_reads_processed:");
    return std::stoul(std::string{text.substr(place + 22)});
  };
  const auto before = reads();
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    connection.send({"PING"}, 10s, [&](error_code, const Reply&) { ++answered; });
  }
  ASSERT_TRUE(run_until(io_, [&] { return answered == 100; }));
  // One for the commands; each asking for the figure costs reads of its own.
  EXPECT_LT(reads() - before, 10U);
}

TEST_F(RedisConnection, ErrorRepliesAreOrdinaryReplies) {
  test::RedisServer server{{"--maxmemory", "1"}};
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  bool oom = false;
  connection.send({"SET", "a", "1"}, 10s, [&](error_code error, const Reply& reply) {
    oom = !error && reply.is_error_code("OOM");
  });
  ASSERT_TRUE(run_until(io_, [&] { return connection.waiting() == 0; }));
  EXPECT_TRUE(oom);
  EXPECT_TRUE(connection.ready());
}

TEST_F(RedisConnection, HandsMessagesOfASubscriptionApart) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  std::vector<std::string> messages;
  connection.on_message([&](ReplyView message) { messages.emplace_back(message[2].text()); });
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  ask(connection, {"SUBSCRIBE", "news"});
  server.call({"PUBLISH", "news", "one"});
  server.call({"PUBLISH", "news", "two"});
  ASSERT_TRUE(run_until(io_, [&] { return messages.size() == 2; }));
  EXPECT_THAT(messages, testing::ElementsAre("one", "two"));
  bool pong = false;
  connection.send({"PING"}, 10s, [&](error_code error, const Reply& reply) {
    pong = !error && reply[0].text() == "pong";
  });
  EXPECT_TRUE(run_until(io_, [&] { return pong; }));
}

TEST_F(RedisConnection, ClientTrackingCanBeRedirectedToItself) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  std::vector<std::string> keys;
  connection.on_message([&](ReplyView message) {
    keys.emplace_back(message[2].is_nil() ? "everything" : message[2][0].text());
  });
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  std::int64_t id = 0;
  connection.send({"CLIENT", "ID"}, 10s, [&](error_code, const Reply& r) { id = r.integer(); });
  ASSERT_TRUE(run_until(io_, [&] { return id != 0; }));
  Command tracking{"CLIENT", "TRACKING", "ON", "REDIRECT"};
  tracking.add(id).add("BCAST").add("PREFIX").add("wm:link:");
  EXPECT_EQ(ask(connection, tracking), "OK");
  ask(connection, {"SUBSCRIBE", "__redis__:invalidate"});
  server.call({"HSET", "wm:link:*/anna7", "destination", "https://shop.example/"});
  ASSERT_TRUE(run_until(io_, [&] { return keys.size() == 1; }));
  server.call({"FLUSHALL"});
  ASSERT_TRUE(run_until(io_, [&] { return keys.size() == 2; }));
  EXPECT_THAT(keys, testing::ElementsAre("wm:link:*/anna7", "everything"));
}

TEST_F(RedisConnection, ServesCoroutines) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  std::string answer;
  boost::asio::co_spawn(
      io_,
      [&]() -> boost::asio::awaitable<void> {
        const Result<Reply> stored =
            co_await connection.request({"SET", "a", "1"}, 1s, boost::asio::use_awaitable);
        const Result<Reply> read =
            co_await connection.request({"GET", "a"}, 1s, boost::asio::use_awaitable);
        if (stored && read) answer = read->text();
      },
      boost::asio::detached);
  ASSERT_TRUE(run_until(io_, [&] { return !answer.empty(); }));
  EXPECT_EQ(answer, "1");

  std::string other;
  connection.request(Command{"GET", "a"}, 1s,
                     [&](const Result<Reply>& reply) { other = reply->text(); });
  ASSERT_TRUE(run_until(io_, [&] { return !other.empty(); }));
  EXPECT_EQ(other, "1");
}

}  // namespace
}  // namespace waymark::redis
