// The Redis connection when the server is killed, silent or away, and at its own end.
#include "connection_fixture.hpp"
#include "tests/support/redis_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace waymark::redis {
namespace {

TEST_F(RedisConnection, RefusesAtOnceWhileAway) {
  Connection connection{io_, options("redis://127.0.0.1:" + std::to_string(test::free_port())),
                        log_};
  EXPECT_EQ(ask(connection, {"PING"}), make_error_code(Errc::redis_unavailable).message());
  connection.start();
  ASSERT_TRUE(run_until(io_, [&] { return bool{connection.last_error()}; }));
  EXPECT_EQ(ask(connection, {"PING"}), make_error_code(Errc::redis_unavailable).message());
}

TEST_F(RedisConnection, TriesTheNextAddressWhenOneIsDead) {
  test::RedisServer server;
  const std::string dead = std::to_string(test::free_port());
  Connection connection{
      io_, options("redis://127.0.0.1:" + dead + ",127.0.0.1:" + std::to_string(server.port())),
      log_};
  connection.start();
  EXPECT_TRUE(wait_ready(connection));
}

TEST_F(RedisConnection, LeavesAReplicaForTheNextAddressAtTheFirstWrite) {
  test::RedisServer master;
  test::RedisServer replica{{"--replicaof", "127.0.0.1 " + std::to_string(master.port())}};
  Connection connection{io_,
                        options("redis://127.0.0.1:" + std::to_string(replica.port()) +
                                ",127.0.0.1:" + std::to_string(master.port())),
                        log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_THAT(ask(connection, {"SET", "a", "1"}), testing::StartsWith("READONLY"));
  ASSERT_TRUE(wait_away(connection));
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"SET", "a", "1"}), "OK");
}

TEST_F(RedisConnection, FailsWhatWaitsWhenRedisIsKilledAndComesBack) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  std::vector<std::string> events;
  connection.on_ready([&] { events.emplace_back("ready"); });
  connection.on_lost([&](error_code) { events.emplace_back("lost"); });
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  const std::string run_id = connection.server().run_id;

  server.stop_signal();
  connection.send({"PING"}, 10s, [&](error_code error, const Reply&) {
    EXPECT_EQ(error, Errc::redis_connection_lost);
    events.emplace_back("failed");
  });
  io_.poll();
  server.kill();
  ASSERT_TRUE(wait_away(connection));
  EXPECT_TRUE(connection.last_error());

  server.restart();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"PING"}), "PONG");
  EXPECT_NE(connection.server().run_id, run_id);
  EXPECT_THAT(events, testing::ElementsAre("ready", "failed", "lost", "ready"));
}

TEST_F(RedisConnection, ADeadlineFailsTheCommandAndDropsItsLateReply) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  server.stop_signal();
  int calls = 0;
  error_code outcome;
  connection.send({"ECHO", "late"}, 30ms, [&](error_code error, const Reply&) {
    ++calls;
    outcome = error;
  });
  ASSERT_TRUE(run_until(io_, [&] { return calls > 0; }));
  EXPECT_EQ(outcome, Errc::redis_timeout);
  EXPECT_EQ(connection.waiting(), 1U) << "its reply is still to come";

  server.continue_signal();
  EXPECT_EQ(ask(connection, {"ECHO", "next"}), "next");
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(connection.ready());
}

TEST_F(RedisConnection, ASilentServerIsGivenUpAfterStallMax) {
  test::RedisServer server;
  ConnectionOptions short_patience = options(server.url());
  short_patience.stall_max = 100ms;
  Connection connection{io_, short_patience, log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  error_code lost;
  connection.on_lost([&](error_code error) { lost = error; });
  server.stop_signal();
  connection.send({"PING"}, 20ms, [](error_code, const Reply&) {});
  ASSERT_TRUE(run_until(io_, [&] { return bool{lost}; }));
  EXPECT_EQ(lost, Errc::redis_timeout);
  server.continue_signal();
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"PING"}), "PONG");
}

TEST_F(RedisConnection, TakesNoMoreThanItsLimits) {
  test::RedisServer server;
  ConnectionOptions small = options(server.url());
  small.waiting_commands_max = 2;
  small.waiting_bytes_max = 200;
  Connection connection{io_, small, log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  std::vector<error_code> outcomes;
  const auto note = [&](error_code error, const Reply&) { outcomes.push_back(error); };
  connection.send({"ECHO", std::string(300, 'x')}, 10s, note);
  for (int i = 0; i < 3; ++i) connection.send({"PING"}, 10s, note);
  ASSERT_TRUE(run_until(io_, [&] { return outcomes.size() == 4; }));
  EXPECT_THAT(outcomes,
              testing::UnorderedElementsAre(Errc::redis_overloaded, Errc::redis_overloaded,
                                            error_code{}, error_code{}));
}

TEST_F(RedisConnection, StopFailsWhatWaitsAndNothingRunsAfter) {
  test::RedisServer server;
  std::vector<error_code> outcomes;
  const auto note = [&](error_code error, const Reply&) { outcomes.push_back(error); };
  Connection connection{io_, options(server.url()), log_};
  connection.send({"PING"}, 10s, note);  // away: refused, and not yet told
  connection.start();
  connection.stop();
  EXPECT_EQ(outcomes.size(), 1U);
  io_.restart();
  io_.run();  // ends: nothing is left to wait for

  Connection second{io_, options(server.url()), log_};
  second.start();
  ASSERT_TRUE(wait_ready(second));
  second.send({"PING"}, 10s, note);
  second.stop();
  EXPECT_EQ(outcomes.size(), 2U);
  second.send({"PING"}, 10s, note);
  io_.restart();
  io_.run();
  EXPECT_EQ(outcomes.size(), 2U);
  EXPECT_THAT(outcomes, testing::Each(error_code{Errc::redis_unavailable}));
}

TEST_F(RedisConnection, AHandlerMayDestroyTheConnection) {
  test::RedisServer server;
  auto connection = std::make_unique<Connection>(io_, options(server.url()), log_);
  connection->start();
  ASSERT_TRUE(wait_ready(*connection));
  int others = 0;
  connection->send({"PING"}, 10s, [&](error_code, const Reply&) { connection.reset(); });
  connection->send({"PING"}, 10s, [&](error_code, const Reply&) { ++others; });
  ASSERT_TRUE(run_until(io_, [&] { return connection == nullptr && others == 1; }));
  io_.restart();
  io_.run();
}

TEST_F(RedisConnection, ResetComesBackByItself) {
  test::RedisServer server;
  Connection connection{io_, options(server.url()), log_};
  connection.start();
  ASSERT_TRUE(wait_ready(connection));
  connection.reset();
  ASSERT_TRUE(wait_away(connection));
  ASSERT_TRUE(wait_ready(connection));
  EXPECT_EQ(ask(connection, {"PING"}), "PONG");
}

// Something else listens on the port: an SSH server, a web server, a broken proxy.
TEST_F(RedisConnection, TakesBytesThatAreNotRedisForAFailure) {
  using boost::asio::ip::tcp;
  tcp::acceptor acceptor{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket peer{io_};
  acceptor.async_accept(peer, [&](error_code) {
    boost::asio::write(peer, boost::asio::buffer(std::string_view{"SSH-2.0-OpenSSH_9.2\r\n"}));
  });
  Connection connection{
      io_, options("redis://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())), log_};
  connection.start();
  EXPECT_TRUE(run_until(io_, [&] { return connection.last_error() == Errc::redis_protocol; }));
}

TEST_F(RedisConnection, GivesUpAPeerThatTakesTheConnectionAndSaysNothing) {
  test::RedisServer server;
  server.stop_signal();  // the kernel still completes the handshake of TCP
  ConnectionOptions short_patience = options(server.url());
  short_patience.connect_timeout = 50ms;
  Connection connection{io_, short_patience, log_};
  connection.start();
  EXPECT_TRUE(run_until(io_, [&] { return connection.last_error() == Errc::redis_timeout; }));
  server.continue_signal();
  EXPECT_TRUE(wait_ready(connection));
}

TEST_F(RedisConnection, SaysOnceThatRedisIsAwayAndOnceThatItIsBack) {
  test::RedisServer server;
  testing::internal::CaptureStderr();
  Log log{"test", LogLevel::info, LogFormat::text};
  Connection connection{io_, options(server.url()), log};
  connection.start();
  const bool ready = wait_ready(connection);
  server.kill();
  const bool away = wait_away(connection);
  // Many attempts lie between.
  const auto later = std::chrono::steady_clock::now() + 150ms;
  run_until(io_, [&] { return std::chrono::steady_clock::now() > later; });
  server.restart();
  const bool back = wait_ready(connection);
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(ready && away && back);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_THAT(lines, testing::HasSubstr("redis.away"));
  EXPECT_THAT(lines, testing::HasSubstr("redis.back"));
}

}  // namespace
}  // namespace waymark::redis
