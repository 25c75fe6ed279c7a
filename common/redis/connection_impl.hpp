// The inside of Connection, shared by its source files: connection.cpp sends commands and hands
// out replies, connection_life.cpp connects, shakes hands, reads and begins again,
// connection_sentinel.cpp asks Sentinels for the master.
#pragma once

#include "common/backoff.hpp"
#include "common/redis/away_log.hpp"
#include "common/redis/connection.hpp"
#include "common/redis/handshake.hpp"
#include "common/redis/reply_queue.hpp"
#include "common/redis/stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <hiredis/hiredis.h>

#include <array>
#include <vector>

namespace waymark::redis {

class Connection::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Clock = ReplyQueue::Clock;

  Impl(boost::asio::io_context& io, ConnectionOptions options, Log& log);

  void start();
  void stop();
  void send(const Command& command, std::chrono::milliseconds deadline, Handler handler);
  // Ends the connection for this reason; the read loop notices.
  void fail(boost::system::error_code error);

  bool ready() const noexcept { return ready_; }
  const ServerInfo& server() const noexcept { return server_; }
  const Address& address() const noexcept { return reached_; }
  boost::system::error_code last_error() const noexcept { return last_error_; }
  std::size_t waiting() const noexcept { return waiting_.size(); }

  std::function<void()> on_ready;
  std::function<void(boost::system::error_code)> on_lost;
  std::function<void(ReplyView)> on_message;

 private:
  using Endpoint = boost::asio::generic::stream_protocol::endpoint;

  // connection_life.cpp
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<boost::system::error_code> connect();
  boost::asio::awaitable<std::vector<Endpoint>> resolve(const Address& address,
                                                        boost::system::error_code& error);
  boost::asio::awaitable<boost::system::error_code> connect_to(const Address& address);
  // The stream stands; at most connect_timeout after start_timeout().
  boost::asio::awaitable<boost::system::error_code> open_stream(const Endpoint& endpoint,
                                                                const std::string& host);
  boost::asio::awaitable<boost::system::error_code> shake_hands();
  boost::asio::awaitable<boost::system::error_code> read_replies();
  boost::asio::awaitable<boost::system::error_code> read_some();
  boost::asio::awaitable<boost::system::error_code> write_bytes(std::string_view bytes);
  void become_ready();
  void become_lost(boost::system::error_code error);
  void start_timeout();
  void end_timeout();
  Result<Reply> next_reply(bool& found);

  // connection_sentinel.cpp
  boost::asio::awaitable<Result<Address>> ask_sentinel(const Address& sentinel);
  boost::asio::awaitable<Result<Address>> read_master();

  // connection.cpp
  void refuse(Handler handler, Errc reason);
  void run_refused();
  void schedule_flush();
  void flush();
  void schedule_tick();
  void tick();
  bool take_reply(Reply reply, Clock::time_point now);

  struct FreeReader {
    void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
  };
  struct Refused {
    Handler handler;
    Errc reason;
  };

  boost::asio::io_context& io_;
  const ConnectionOptions options_;
  AwayLog away_log_;
  Backoff backoff_;

  Stream stream_;
  std::shared_ptr<TlsClient> tls_client_;  // null without TLS
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer timer_;  // attempt's timeout, then the wait before the next one
  boost::asio::steady_timer tick_timer_;
  std::uint64_t timeout_number_ = 0;  // tells a timeout that fired from one that is over
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::array<char, 16 * 1024> read_buffer_;

  bool ready_ = false;
  bool stopped_ = false;
  bool subscribed_ = false;
  boost::system::error_code broken_;  // why this connection must end
  boost::system::error_code last_error_;
  std::string explanation_;  // of last_error_, when the handshake gave one
  std::size_t address_ = 0;  // where the next attempt begins
  Address reached_;
  ServerInfo server_;

  ReplyQueue waiting_;
  std::vector<Refused> refused_;  // until the end of this loop turn
  std::string outgoing_;          // until the end of this loop turn, or of the write under way
  std::string writing_;           // what the write under way sends; empty when there is none
  bool flush_scheduled_ = false;
  bool tick_scheduled_ = false;
};

}  // namespace waymark::redis
