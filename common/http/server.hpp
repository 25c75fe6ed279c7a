// A plain HTTP server for the admin pages and the tracker's API: Beast, one coroutine per
// connection, keep-alive, with limits and deadlines. Not for the redirect path, which has its own.
#pragma once

#include "common/log.hpp"
#include "common/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace waymark::http {

using Request = boost::beast::http::request<boost::beast::http::string_body>;

// Takes the pieces of a body that is sent while it is being made. On the server's thread.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  // Waits until the peer's side has taken the piece; nothing is kept back. False when the peer is
  // gone, when it did not take it within `write_deadline`, or when the server ends.
  virtual boost::asio::awaitable<bool> write(std::string piece) = 0;
  // False when a write would fail; a source that waits for long asks now and then.
  virtual bool open() const = 0;
  // True once a write has failed because the peer did not take it in time.
  virtual bool cut() const = 0;
};

// Makes a body piece by piece. Returns when there is no more, or soon after a write has failed.
using BodySource = std::function<boost::asio::awaitable<void>(BodyWriter&)>;

// An answer. With a `source` its body comes from there, in chunks, and may take as long as it
// likes; what body() holds is not sent then.
struct Response : boost::beast::http::response<boost::beast::http::string_body> {
  BodySource source;
};
using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;

struct ServerOptions {
  std::size_t connections_max = 256;
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;
  std::chrono::milliseconds read_deadline{10'000};  // one request, from its first byte
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_deadline{10'000};
};

class Server {
 public:
  // Binds at once: throws StartupError (exit 1) naming address, setting and remedy when the address
  // cannot be had. The handler runs on `io`'s thread; an exception from it answers 500 and is
  // logged.
  Server(boost::asio::io_context& io, const ListenAddress& address, std::string_view setting,
         ServerOptions options, Handler handler, Log& log);
  ~Server();

  void start();
  // Stops accepting; connections end after their current answer.
  void stop();
  // The port in force, also when 0 was asked for.
  std::uint16_t port() const noexcept;
  std::size_t connections() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

// Helpers for handlers.
Response text_response(const Request& request, unsigned status, std::string body,
                       std::string_view content_type = "text/plain; charset=utf-8");
Response json_response(const Request& request, unsigned status, std::string body);

}  // namespace waymark::http
