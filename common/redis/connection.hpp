// One connection to one Redis server: hiredis as codec on an Asio stream (TCP, Unix socket or TLS),
// pipelined, with deadlines and endless reconnecting with backoff and jitter. With a Sentinel URL
// each attempt asks the Sentinels first where the master is. The rest of the program sees Commands
// and Replies only, mostly through a Client (client.hpp), which knows about Cluster.
//
// Everything runs on the io_context given; all calls must come from its thread.
#pragma once

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/redis/command.hpp"
#include "common/redis/reply.hpp"
#include "common/redis/url.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace waymark::redis {

struct ConnectionOptions {
  Url url;
  std::string name;  // CLIENT SETNAME and the log, such as "edge-lookups"
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds backoff_min{50};
  std::chrono::milliseconds backoff_max{2'000};
  // A command unanswered for this long means that the connection is dead: it is closed and made
  // anew.
  std::chrono::milliseconds stall_max{10'000};
  std::size_t waiting_commands_max = 65'536;
  std::size_t waiting_bytes_max = 64U << 20U;  // sent and not yet taken by the kernel
};

// What INFO server said at the last handshake.
struct ServerInfo {
  std::string version;  // "7.0.15"
  std::string run_id;
  bool cluster = false;    // redis_mode:cluster
  bool supported = false;  // 6.2 or newer
};

// send() for coroutines, of a Connection or a Client: `Reply r = co_await request_from(...)` gives
// Result<Reply>; error replies are values here too.
template <class Sender, class Token>
auto request_from(Sender& sender, Command command, std::chrono::milliseconds deadline,
                  Token&& token) {
  return boost::asio::async_initiate<Token, void(Result<Reply>)>(
      [&sender, deadline](auto handler, Command c) {
        // std::function wants a copyable target; Asio's handlers are move-only.
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        sender.send(std::move(c), deadline,
                    [shared](boost::system::error_code error, Reply reply) mutable {
                      auto done = std::move(*shared);
                      if (error) {
                        std::move(done)(Result<Reply>{error});
                      } else {
                        std::move(done)(Result<Reply>{std::move(reply)});
                      }
                    });
      },
      token, std::move(command));
}

class Connection {
 public:
  using Handler = std::function<void(boost::system::error_code, Reply)>;

  Connection(boost::asio::io_context& io, ConnectionOptions options, Log& log);
  ~Connection();  // like stop()
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects and stays connected until stop(). One log line when Redis goes away and one when it
  // is back, however many attempts lie between. A server older than 6.2 counts as away
  // (redis_too_old in last_error()).
  void start();
  // Fails what waits with redis_unavailable and closes. No handler runs after the return of stop().
  void stop();

  bool ready() const noexcept;
  const ServerInfo& server() const noexcept;
  // Where the present or the last connection led.
  const Address& address() const noexcept;
  boost::system::error_code last_error() const noexcept;

  // Called after each successful handshake (AUTH, SELECT, CLIENT SETNAME, INFO server), before any
  // other command can be sent: the place to subscribe. Set before start().
  void on_ready(std::function<void()> handler);
  // Called once for each loss of a ready connection, after its commands have failed.
  void on_lost(std::function<void(boost::system::error_code)> handler);
  // Takes `message` and `pmessage` arrays of a subscribed connection.
  void on_message(std::function<void(ReplyView)> handler);

  // Sends a command. The handler runs exactly once, never inside send(): with the reply (error
  // replies included: success with reply.is_error()), or with redis_unavailable, redis_overloaded
  // (nothing was sent), redis_timeout or redis_connection_lost (it may have been carried out).
  // Commands of one loop turn leave in one write.
  void send(Command command, std::chrono::milliseconds deadline, Handler handler);

  // The same for coroutines: `Reply r = co_await connection.request(cmd, 1s)` gives
  // Result<Reply>; error replies are values here too.
  template <
      class Token = boost::asio::default_completion_token_t<boost::asio::io_context::executor_type>>
  auto request(Command command, std::chrono::milliseconds deadline, Token&& token) {
    return request_from(*this, std::move(command), deadline, std::forward<Token>(token));
  }

  // Commands sent and not answered.
  std::size_t waiting() const noexcept;
  // Ends the connection as if it had been lost; it comes back by itself.
  void reset();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace waymark::redis
