// A fixture for tests of the Redis connection: an event loop, options, and asking one thing.
#pragma once

#include "common/redis/connection.hpp"
#include "loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace waymark::redis {

using namespace std::chrono_literals;
using boost::system::error_code;
using test::run_until;

class RedisConnection : public testing::Test {
 protected:
  ConnectionOptions options(const std::string& url) {
    ConnectionOptions options;
    options.url = parse_url(url, "redis");
    options.name = "test";
    options.backoff_min = 5ms;
    options.backoff_max = 20ms;
    return options;
  }

  // The reply's text, or what went wrong.
  std::string ask(Connection& connection, Command command, std::chrono::milliseconds wait = 10s) {
    std::optional<std::string> answer;
    connection.send(std::move(command), wait, [&](error_code error, const Reply& reply) {
      answer = error ? error.message() : std::string{reply.text()};
    });
    EXPECT_FALSE(answer) << "the handler ran inside send()";
    EXPECT_TRUE(run_until(io_, [&] { return answer.has_value(); }));
    return answer.value_or("nothing");
  }

  bool wait_ready(Connection& connection) {
    return run_until(io_, [&] { return connection.ready(); });
  }
  bool wait_away(Connection& connection) {
    return run_until(io_, [&] { return !connection.ready(); });
  }

  boost::asio::io_context io_{1};
  Log log_{"test", LogLevel::error};
};

}  // namespace waymark::redis
