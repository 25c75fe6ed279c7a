// GET /v1/clicks/stream: the click stream as server-sent events, for one listener. It reads the
// stream without a group, so that it holds nothing back and leaves nothing behind; what it has not
// sent yet waits in Redis, never in this process.
//
//   id: 0:1718360049300-0/1
//   event: click
//   data: {"v":1,"id":...}            the line, byte for byte
//
//   event: gap                        entries were trimmed before this listener came to them
//   data: {"shard":"0","after":"...","from":"..."}
//
//   : heartbeat, with an id of its own where filters have passed over lines
//
// Runs on the server's thread.
#pragma once

#include "common/error.hpp"
#include "common/http/server.hpp"
#include "common/redis/client.hpp"
#include "tracker/api/click_filter.hpp"
#include "tracker/api/event_position.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace waymark::tracker {

class ClickEvents {
 public:
  static constexpr std::size_t shards_max = 64;  // an id holds a place for each
  static constexpr std::chrono::milliseconds heartbeat_every{15'000};

  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t gaps = 0;
    std::uint64_t cut = 0;  // listeners that did not take their events in time
  };

  // `resume`: empty begins with what comes from now on. `redis`, `filter` and `counts` must outlive
  // this.
  ClickEvents(boost::asio::io_context& io, redis::Client& redis, ClickFilter& filter,
              EventPosition resume, Counts& counts)
      : redis_(redis),
        filter_(filter),
        resumed_(!resume.empty()),
        position_(std::move(resume)),
        timer_(io),
        counts_(counts) {}

  // Until the listener has gone.
  boost::asio::awaitable<void> send(http::BodyWriter& body);

 private:
  using Clock = std::chrono::steady_clock;

  boost::asio::awaitable<Result<void>> find_shards();
  boost::asio::awaitable<Result<void>> check(const std::string& shard);
  boost::asio::awaitable<Result<std::size_t>> read(const std::string& shard);
  void take(const std::string& shard, redis::ReplyView entry);
  void add_event(std::string_view type, std::string_view data);
  void add_gap(const std::string& shard, const StreamId& after, const StreamId& from);
  boost::asio::awaitable<bool> flush(http::BodyWriter& body);

  redis::Client& redis_;
  ClickFilter& filter_;
  const bool resumed_;  // or begun at some shard: what is new since then is read from its start
  EventPosition position_;
  std::map<std::string, Clock::time_point> looked_;  // by shard, when all it had was read
  boost::asio::steady_timer timer_;
  Counts& counts_;
  std::string out_;
  bool started_ = false;
  bool passed_over_ = false;  // the position is ahead of the last event's id
  Clock::time_point sent_ = Clock::now();
};

}  // namespace waymark::tracker
