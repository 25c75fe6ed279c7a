#include "tests/faults/proxy/proxy.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>
#include <utility>

namespace waymark::fault {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::optional<Endpoint> parse_server(std::string_view text) {
  constexpr std::string_view unix_prefix = "unix:";
  if (text.starts_with(unix_prefix)) {
    return asio::local::stream_protocol::endpoint{text.substr(unix_prefix.size())};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (error || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return tcp::endpoint{address, port};
}

Proxy::Proxy(asio::io_context& io, std::uint16_t port, Endpoint server)
    : io_(io),
      here_(asio::ip::address_v4::loopback(), port),
      server_(std::move(server)),
      acceptor_(io) {
  accept();
}

void Proxy::faults_changed() {
  for (const auto& connection : alive()) connection->faults_changed();
}

void Proxy::refuse() {
  acceptor_.close();
}

void Proxy::accept() {
  if (acceptor_.is_open()) return;
  acceptor_ = tcp::acceptor{io_, here_};
  asio::co_spawn(io_, accept_until_refused(), asio::detached);
}

void Proxy::cut() {
  for (const auto& connection : alive()) connection->cut();
}

void Proxy::half_close(bool upwards) {
  for (const auto& connection : alive()) {
    upwards ? connection->half_close_up() : connection->half_close_down();
  }
}

std::size_t Proxy::open() {
  return alive().size();
}

asio::awaitable<void> Proxy::accept_until_refused() {
  for (;;) {
    error_code error;
    tcp::socket client =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    client.set_option(tcp::no_delay{true}, error);
    ++accepted_;
    asio::co_spawn(io_, connect(std::move(client)), asio::detached);
  }
}

// A server that is away refuses: so does the proxy, as well as it can after having accepted.
asio::awaitable<void> Proxy::connect(Socket client) {
  error_code error;
  Socket server{io_};
  co_await server.async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
  const bool failed = error.failed();
  if (!failed && server_.protocol().family() != AF_UNIX) {
    server.set_option(tcp::no_delay{true}, error);
  }
  const auto connection =
      std::make_shared<Connection>(std::move(client), std::move(server), up, down);
  if (failed) co_return connection->cut();
  alive();
  connections_.push_back(connection);
  connection->start();
}

// Forgets those that have ended.
std::vector<std::shared_ptr<Connection>> Proxy::alive() {
  std::vector<std::shared_ptr<Connection>> alive;
  std::erase_if(connections_, [&](const std::weak_ptr<Connection>& weak) {
    auto connection = weak.lock();
    if (!connection) return true;
    alive.push_back(std::move(connection));
    return false;
  });
  return alive;
}

}  // namespace waymark::fault
