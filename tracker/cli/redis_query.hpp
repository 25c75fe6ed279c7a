// Redis, asked one question after the other: what `doctor` and `up` need, on top of the connection
// that the programs use.
#pragma once

#include "common/error.hpp"
#include "common/redis/client.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::cli {

class RedisQuery {
 public:
  // Throws StartupError (exit 78) for a URL that cannot be read.
  explicit RedisQuery(std::string_view url);
  explicit RedisQuery(redis::Url url);
  ~RedisQuery();
  RedisQuery(const RedisQuery&) = delete;
  RedisQuery& operator=(const RedisQuery&) = delete;

  // Waits until the connection stands. Fails with redis_too_old or the reason why not.
  Result<void> connect(std::chrono::milliseconds at_most);
  // The same; throws CommandFailure naming the server and the remedy.
  void must_connect(std::chrono::milliseconds at_most);

  // What stands behind the URL; connected.
  const redis::Client& client() const noexcept;

  // Error replies are values.
  Result<redis::Reply> ask(redis::Command command);
  // A hash as pairs; empty when there is none or it cannot be read.
  std::map<std::string, std::string> hash(std::string_view key);
  // A line of INFO, such as "maxmemory_policy"; empty when it is not there.
  std::string info(std::string_view section, std::string_view name);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace waymark::cli
