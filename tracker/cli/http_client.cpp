#include "tracker/cli/http_client.hpp"

#include "common/http/run_to_end.hpp"
#include "common/version.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

namespace waymark::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

http::request<http::string_body> message_of(const HttpAddress& address,
                                            const HttpRequest& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.target);
  message.set(http::field::host, fmt::format("{}:{}", address.host, address.port));
  message.set(http::field::user_agent, fmt::format("waymark/{}", version()));
  message.set(http::field::accept, "application/json, application/x-ndjson");
  message.set(http::field::connection, "close");
  if (!request.bearer.empty()) {
    message.set(http::field::authorization, fmt::format("Bearer {}", request.bearer));
  }
  if (!request.body.empty()) {
    message.set(http::field::content_type, request.content_type);
    message.body() = request.body;
  }
  message.prepare_payload();
  return message;
}

asio::awaitable<HttpAnswer> run(const HttpAddress& address, const HttpRequest& request) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver{executor};
  const auto endpoints =
      co_await resolver.async_resolve(address.host, address.port, asio::use_awaitable);

  beast::tcp_stream stream{executor};
  stream.expires_after(request.deadline);
  co_await stream.async_connect(endpoints, asio::use_awaitable);
  auto message = message_of(address, request);
  co_await http::async_write(stream, message, asio::use_awaitable);

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(answer_body_bytes_max);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  auto& answer = parser.get();
  co_return HttpAnswer{answer.result_int(), std::move(answer.body()),
                       std::string{answer["Waymark-Next"]}};
}

}  // namespace

HttpAddress parse_http_address(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->scheme() != "http" || url->host().empty() ||
      (url->encoded_path() != "" && url->encoded_path() != "/") || url->has_query()) {
    throw StartupError(
        exit_code::usage,
        fmt::format("'{}' is no address of an API: expected http://HOST:PORT", text));
  }
  const std::string port =
      url->has_port() && !url->port().empty() ? std::string{url->port()} : "80";
  return {std::string{url->host_address()}, port};
}

Result<HttpAnswer> exchange(const HttpAddress& address, const HttpRequest& request) {
  asio::io_context io{1};
  return run_to_end(io, run(address, request));
}

}  // namespace waymark::cli
