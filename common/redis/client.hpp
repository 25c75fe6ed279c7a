// Redis as the programs use it, whatever stands behind the URL: one server, the master that
// Sentinels name, or a Cluster. Commands go to the server that holds their key; with a single
// server a Client is a Connection and nothing more.
//
// In a Cluster there is one Connection for each master (made when it is first needed, or all at
// once) and one to a node of the URL, which is asked for the slots. The map of slots is read again
// after a MOVED, a lost connection, a timeout or a -CLUSTERDOWN, often while a master is away, and
// now and then anyway. MOVED and ASK are followed, at most five times for a command; every other
// error reply is the caller's, who backs off.
//
// Everything runs on the io_context given; all calls must come from its thread.
#pragma once

#include "common/redis/connection.hpp"
#include "common/redis/topology.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace waymark::redis {

struct ClientOptions {
  ConnectionOptions connection;
  bool all_masters = false;  // connect to every master of a Cluster at once
};

// What one server is doing for us, for people.
struct ServerState {
  Address address;
  bool ready = false;
  std::string version{}, run_id{};
  boost::system::error_code error{};  // why it is not ready; none while it is first tried
};

class Client {
 public:
  using Handler = Connection::Handler;

  Client(boost::asio::io_context& io, ClientOptions options, Log& log);
  Client(boost::asio::io_context& io, ConnectionOptions options, Log& log);
  ~Client();  // like stop()
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start();
  // Fails what waits with redis_unavailable and closes. No handler runs after the return of stop().
  void stop();

  // True while some server takes commands; in a Cluster its map of slots is known as well.
  bool ready() const noexcept;
  // Whether the server is part of a Cluster; known once ready() was true.
  bool is_cluster() const noexcept;
  // Of the last failure to reach a server; none while all is well.
  boost::system::error_code last_error() const noexcept;

  // The server that holds the key, while it takes commands; else null. In a Cluster a server that
  // was not needed before is connected to by this.
  const ServerInfo* server_of(std::string_view key);
  // The masters of a Cluster; the one server otherwise.
  std::vector<ServerState> servers() const;
  const Topology& topology() const noexcept;

  // Set before start(). ready() has become true: called like Connection::on_ready.
  void on_ready(std::function<void()> handler);
  // ready() has become false.
  void on_lost(std::function<void(boost::system::error_code)> handler);
  // What server_of() says may have changed: a server came or went, or slots moved. Also with a
  // single server, after the two above.
  void on_servers_changed(std::function<void()> handler);

  // As Connection::send(). In a Cluster commands to different servers overtake each other, and one
  // for a server that is away fails at once.
  void send(Command command, std::chrono::milliseconds deadline, Handler handler);

  // Carries out commands on keys of one slot as a whole (MULTI, EXEC); the handler gets the answer
  // to EXEC. Fails at once where send() would wait for a first connection, and while the slot is
  // being moved away.
  void transact(std::vector<Command> commands, std::chrono::milliseconds deadline, Handler handler);

  // As Connection::request().
  template <
      class Token = boost::asio::default_completion_token_t<boost::asio::io_context::executor_type>>
  auto request(Command command, std::chrono::milliseconds deadline, Token&& token) {
    return request_from(*this, std::move(command), deadline, std::forward<Token>(token));
  }

  // Ends every connection as if it had been lost; they come back by themselves.
  void reset();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace waymark::redis
