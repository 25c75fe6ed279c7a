// A proxy between two parts of the system that does to their connections what networks do. It
// listens on 127.0.0.1 and forwards to a server; commands.hpp tells it what to spoil. One thread.
#pragma once

#include "tests/faults/proxy/connection.hpp"
#include "tests/faults/proxy/direction.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::fault {

using Endpoint = boost::asio::generic::stream_protocol::endpoint;

// `127.0.0.1:6379`, `[::1]:6379` or `unix:/path`.
std::optional<Endpoint> parse_server(std::string_view text);

class Proxy {
 public:
  // Throws when it cannot listen. `io` outlives this.
  Proxy(boost::asio::io_context& io, std::uint16_t port, Endpoint server);

  Direction up, down;  // to the server, and from it; after a change: faults_changed()

  void faults_changed();
  // Of new connections.
  void set_server(Endpoint server) { server_ = std::move(server); }
  // New connections are refused (nobody listens), or taken again.
  void refuse();
  void accept();
  void cut();
  void half_close(bool upwards);

  std::uint64_t accepted() const noexcept { return accepted_; }
  std::size_t open();

 private:
  boost::asio::awaitable<void> accept_until_refused();
  boost::asio::awaitable<void> connect(Socket client);
  std::vector<std::shared_ptr<Connection>> alive();

  boost::asio::io_context& io_;
  const boost::asio::ip::tcp::endpoint here_;
  Endpoint server_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::weak_ptr<Connection>> connections_;
  std::uint64_t accepted_ = 0;
};

}  // namespace waymark::fault
