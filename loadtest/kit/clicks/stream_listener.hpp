// Hears every click of the click stream while the load runs: GET /v1/clicks/stream of the tracker's
// API, resumed by Last-Event-ID when the connection breaks. A thread of its own.
#pragma once

#include "common/click_line.hpp"
#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/event_parser.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waymark::loadtest {

namespace limits {
// Clicks heard and not taken yet; others' clicks are among them.
inline constexpr std::size_t heard_clicks_max = 2 * ledger_clicks_max;
}  // namespace limits

// Where the stream ends now, as the id of an event; empty while there is no shard. The key needs
// the scope stream:read. Throws StartupError.
std::string end_of_stream(const ApiAccess& access);

class StreamListener {
 public:
  // Listens at once, to what comes behind the event `begin`. `access` must outlive this.
  StreamListener(const ApiAccess& access, std::string begin);
  ~StreamListener();
  StreamListener(const StreamListener&) = delete;
  StreamListener& operator=(const StreamListener&) = delete;

  // Any thread: clicks heard since the last call, in the stream's order, `at` when each was read. A
  // line that is there twice comes twice.
  std::vector<AnsweredClick> take();
  // Any thread. In words: why clicks of the stream may not have been heard; empty when all were.
  std::string problem() const;

 private:
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<void> read_events(boost::beast::tcp_stream& stream);
  void hear(std::string_view type, std::string_view data, SteadyTime at);
  void set_trouble(std::string text);

  const ApiAccess& access_;
  EventParser events_;
  ClickLineParser lines_;

  mutable std::mutex mutex_;  // of what follows
  ClickLedger heard_{limits::heard_clicks_max};
  std::string trouble_;  // of the connection; empty while it stands
  std::string gap_;      // the last one told
  std::uint64_t gaps_ = 0;

  boost::asio::io_context io_{1};
  std::jthread thread_;  // last: uses the others
};

}  // namespace waymark::loadtest
