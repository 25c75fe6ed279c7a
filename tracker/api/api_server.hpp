// The sockets of the API: takes requests from an http::Server, has them answered on a thread of the
// store, and lets an answer out when Redis holds what it changed (or soon after, when Redis is
// away).
#pragma once

#include "common/http/server.hpp"
#include "common/uuid.hpp"
#include "tracker/api/api.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace waymark::tracker {

class Mirror;
class StoreThread;
class StreamDesk;

class ApiServer {
 public:
  // What the answer to a change waits for Redis at most.
  static constexpr std::chrono::milliseconds mirror_wait{500};

  using RedisState = std::function<boost::asio::awaitable<std::string>()>;

  // `redis_state` gives JSON for /v1/status, on the server's thread. All must outlive this.
  ApiServer(Api& api, StoreThread& store, Mirror& mirror, StreamDesk& desk, RedisState redis_state,
            Log& log);

  http::Handler handler();

  // Answers so far by first digit of the status; index 2 for 2xx.
  std::uint64_t answers(std::size_t class_of_status) const { return answers_[class_of_status]; }

 private:
  boost::asio::awaitable<http::Response> answer(const http::Request& request);
  boost::asio::awaitable<ApiAnswer> ask_store(std::shared_ptr<const ApiRequest> request);
  ApiRequest translate(const http::Request& request);

  Api& api_;
  StoreThread& store_;
  Mirror& mirror_;
  StreamDesk& desk_;
  RedisState redis_state_;
  Log& log_;
  Uuid7Generator ids_;
  std::array<std::uint64_t, 6> answers_{};
};

}  // namespace waymark::tracker
