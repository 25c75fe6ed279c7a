// Answers those requests of the API that need Redis and not the store: the click stream's state,
// its groups, and its clicks as events. ApiServer brings them here once the caller's key has been
// looked at.
//
// Everything runs on the server's thread.
#pragma once

#include "common/http/server.hpp"
#include "common/redis/client.hpp"
#include "tracker/api/click_events.hpp"
#include "tracker/api/problem.hpp"
#include "tracker/api/request.hpp"
#include "tracker/drain/options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct DeskAnswer {
  ApiAnswer answer;
  http::BodySource source;  // of an answer that is sent while it is made
};

class StreamDesk {
 public:
  static constexpr std::size_t listeners_max = 32;

  // `redis`: a connection to redis.stream; it and `io` must outlive this.
  StreamDesk(boost::asio::io_context& io, redis::Client& redis, DrainOptions options)
      : io_(io), redis_(redis), options_(std::move(options)) {}

  boost::asio::awaitable<DeskAnswer> answer(const ApiRequest& request);

  std::size_t listeners() const noexcept { return *listening_; }
  std::uint64_t listeners_refused() const noexcept { return refused_; }
  std::uint64_t events() const noexcept { return counts_.events; }
  std::uint64_t gaps() const noexcept { return counts_.gaps; }
  std::uint64_t listeners_cut() const noexcept { return counts_.cut; }

 private:
  boost::asio::awaitable<Checked<ApiAnswer>> read_stream(std::string_view query,
                                                         std::uint64_t now_ms);
  boost::asio::awaitable<Checked<ApiAnswer>> forget_group(std::string_view name);
  Checked<DeskAnswer> listen(const ApiRequest& request, std::string_view query);

  boost::asio::io_context& io_;
  redis::Client& redis_;
  const DrainOptions options_;
  ClickEvents::Counts counts_;
  // Shared with the answers under way, each of which counts itself.
  std::shared_ptr<std::size_t> listening_ = std::make_shared<std::size_t>(0);
  std::uint64_t refused_ = 0;
};

}  // namespace waymark::tracker
