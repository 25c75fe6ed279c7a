// One connection of the plain HTTP server: reads a request, asks the handler, writes the answer,
// and again. A watchdog closes it when a deadline passes.
#pragma once

#include "common/http/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>
#include <memory>

namespace waymark::http {

class Session : public std::enable_shared_from_this<Session> {
 public:
  // `options`, `handler` and `log` must outlive the session.
  Session(boost::asio::ip::tcp::socket socket, const ServerOptions& options, const Handler& handler,
          Log& log);

  // Until the connection ends. The caller holds a shared_ptr meanwhile.
  boost::asio::awaitable<void> run();
  // Ends at once when no request is under way, else after its answer.
  void finish();
  // Ends at once.
  void close();

 private:
  class Chunks;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<boost::system::error_code> read(Parser& parser);
  boost::asio::awaitable<Response> answer(const Request& request);
  boost::asio::awaitable<bool> write(const Request& request, Response& response);
  boost::asio::awaitable<bool> stream(const Request& request, Response& response);
  boost::asio::awaitable<void> refuse(const boost::system::error_code& error);
  boost::asio::awaitable<void> drain();

  void allow(std::chrono::milliseconds time);
  void watch();

  boost::asio::ip::tcp::socket socket_;
  const ServerOptions& options_;
  const Handler& handler_;
  Log& log_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer watchdog_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool idle_ = true;
  bool finishing_ = false;
};

}  // namespace waymark::http
