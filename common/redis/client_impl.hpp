// The inside of Client: client.cpp sends commands and follows redirections, client_transaction.cpp
// does so for several as a whole, client_nodes.cpp keeps the map of slots and the connections to
// the masters.
#pragma once

#include "common/redis/client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace waymark::redis {

class Client::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Clock = std::chrono::steady_clock;

  Impl(boost::asio::io_context& io, ClientOptions options, Log& log);

  void start();
  void stop();
  void send(Command command, std::chrono::milliseconds deadline, Handler handler);
  void transact(std::vector<Command> commands, std::chrono::milliseconds deadline, Handler handler);
  void reset();

  bool ready() const noexcept;
  bool is_cluster() const noexcept { return mode_ == Mode::cluster; }
  boost::system::error_code last_error() const noexcept;
  const ServerInfo* server_of(std::string_view key);
  std::vector<ServerState> servers() const;
  const Topology& topology() const noexcept { return topology_; }

  std::function<void()> on_ready;
  std::function<void(boost::system::error_code)> on_lost;
  std::function<void()> on_servers_changed;

 private:
  enum class Mode { unknown, single, cluster };

  struct Request {
    Command command;
    Handler handler;
    Clock::time_point due;
    std::uint16_t slot = 0;
    int redirections = 0;
    bool asking = false;  // says ASKING before it
  };
  using RequestPtr = std::shared_ptr<Request>;

  struct Node {
    Address address;
    std::unique_ptr<Connection> connection;
    std::vector<RequestPtr> held;  // until it is connected for the first time
    Clock::time_point last_used;
  };

  struct Transaction {
    std::vector<Command> commands;
    Handler handler;
    Clock::time_point due;
    int redirections = 0;
    std::optional<Redirection> redirection;  // what one of the commands was answered
  };
  using TransactionPtr = std::shared_ptr<Transaction>;

  // client_transaction.cpp
  void dispatch(Connection& connection, const Address& address, const TransactionPtr& transaction);
  void on_executed(const TransactionPtr& transaction, boost::system::error_code error, Reply reply);

  // client.cpp
  void dispatch(Node& node, const RequestPtr& request);
  void on_reply(const Address& from, const RequestPtr& request, boost::system::error_code error,
                Reply reply);
  bool redirect(const Address& from, const RequestPtr& request, ReplyView reply);
  // The handler must not run inside send().
  void fail(const RequestPtr& request, Errc reason);
  void run_failed();

  // client_nodes.cpp
  void on_home_ready();
  Node* node_of(std::uint16_t slot);
  Node& node_at(const Address& address);
  Node* find_node(const Address& address);
  Node* any_ready_node();
  void on_node_ready(const Address& address);
  void tell_servers_changed();
  void tell_ready();
  bool all_masters_ready();
  void refresh();
  void on_slots(const Address& asked, boost::system::error_code error, ReplyView reply);
  void adopt(Topology topology);
  void drop_unused_nodes();
  void schedule_tick();
  void tick();
  void expire_held(Clock::time_point now);

  boost::asio::io_context& io_;
  const ClientOptions options_;
  Log& log_;
  Connection home_;  // to the server, or to a node of the URL
  Mode mode_ = Mode::unknown;
  bool stopped_ = false;
  bool told_ready_ = false;
  Topology topology_;
  std::list<Node> nodes_;                            // elements stay where they are
  std::vector<std::pair<RequestPtr, Errc>> failed_;  // until the end of this loop turn
  std::size_t turn_ = 0;                             // which node is asked next for the slots
  bool refreshing_ = false;
  Clock::time_point refresh_at_ = Clock::time_point::max();
  Clock::time_point refreshed_ = Clock::time_point::min();
  boost::asio::steady_timer timer_;
};

}  // namespace waymark::redis
