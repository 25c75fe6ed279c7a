#include "common/http/server.hpp"

#include "common/http/listener.hpp"
#include "common/http/session.hpp"
#include "common/rethrow.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <set>
#include <utility>

namespace waymark::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Without descriptors or memory the next accept fails as well, at once: wait for somebody to leave.
constexpr std::chrono::milliseconds accept_pause{50};

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, const ListenAddress& address, std::string_view setting,
       ServerOptions options, Handler handler, Log& log)
      : io_(io),
        options_(options),
        handler_(std::move(handler)),
        log_(log),
        acceptor_(listen_on(io, address, setting)),
        pause_(io),
        port_(acceptor_.local_endpoint().port()) {}

  void start() {
    asio::co_spawn(
        io_, [self = shared_from_this()] { return self->accept_all(); }, rethrow);
  }

  void stop() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const auto& session : std::set{sessions_}) session->finish();
  }

  void close() {
    stop();
    for (const auto& session : std::set{sessions_}) session->close();
  }

  std::uint16_t port() const noexcept { return port_; }
  std::size_t connections() const noexcept { return sessions_.size(); }

 private:
  asio::awaitable<void> accept_all() {
    while (acceptor_.is_open()) {
      error_code error;
      tcp::socket socket =
          co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (!acceptor_.is_open()) break;
      if (!error) {
        take(std::move(socket));
      } else if (error != asio::error::connection_aborted) {
        log_.warning("http.accept", "Cannot accept a connection", {{"reason", error.message()}});
        pause_.expires_after(accept_pause);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
    }
  }

  void take(tcp::socket socket) {
    if (sessions_.size() >= options_.connections_max) {
      log_.warning("http.full", "Connection closed: too many are open",
                   {{"port", port_}, {"connections_max", options_.connections_max}});
      return;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    auto session = std::make_shared<Session>(std::move(socket), options_, handler_, log_);
    sessions_.insert(session);
    asio::co_spawn(
        io_, [session] { return session->run(); },
        [self = shared_from_this(), session](const std::exception_ptr& bug) {
          self->sessions_.erase(session);
          rethrow(bug);
        });
  }

  asio::io_context& io_;
  const ServerOptions options_;
  const Handler handler_;
  Log& log_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  const std::uint16_t port_;
  std::set<std::shared_ptr<Session>> sessions_;
};

Server::Server(asio::io_context& io, const ListenAddress& address, std::string_view setting,
               ServerOptions options, Handler handler, Log& log)
    : impl_(std::make_shared<Impl>(io, address, setting, options, std::move(handler), log)) {}
Server::~Server() {
  impl_->close();
}

void Server::start() {
  impl_->start();
}
void Server::stop() {
  impl_->stop();
}
std::uint16_t Server::port() const noexcept {
  return impl_->port();
}
std::size_t Server::connections() const noexcept {
  return impl_->connections();
}

Response text_response(const Request& request, unsigned status, std::string body,
                       std::string_view content_type) {
  Response response;
  response.version(request.version());
  response.keep_alive(request.keep_alive());
  response.result(status);
  response.set(boost::beast::http::field::content_type,
               boost::beast::string_view{content_type.data(), content_type.size()});
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response json_response(const Request& request, unsigned status, std::string body) {
  return text_response(request, status, std::move(body), "application/json");
}

}  // namespace waymark::http
