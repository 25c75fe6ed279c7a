#include "loadtest/kit/clicks/api_connection.hpp"

#include "common/http/run_to_end.hpp"
#include "common/version.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <fstream>
#include <utility>

namespace waymark::loadtest {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::size_t body_bytes_max = 64U << 20U;  // a page of 10,000 clicks, and then some

std::string read_key(const std::string& file_name) {
  std::ifstream file{file_name};
  std::string key;
  if (!std::getline(file, key) || key.empty()) {
    throw StartupError(exit_code::usage,
                       fmt::format("--api-key-file {}: cannot read a key from it; the tracker "
                                   "writes one to the file of --bootstrap-key-file",
                                   file_name));
  }
  return key;
}

}  // namespace

ApiAccess api_access(std::string_view text, const std::string& key_file) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->scheme() != "http" || url->host().empty() ||
      (url->encoded_path() != "" && url->encoded_path() != "/") || url->has_query()) {
    throw StartupError(exit_code::usage,
                       fmt::format("--api {}: expected http://HOST:PORT, the tracker's --listen "
                                   "(the API speaks plain http)",
                                   text));
  }
  const bool has_port = url->has_port() && !url->port().empty();
  return {std::string{url->host_address()}, has_port ? std::string{url->port()} : "80",
          read_key(key_file)};
}

http::request<http::empty_body> api_request(const ApiAccess& access, const std::string& target) {
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, access.host + ":" + access.port);
  request.set(http::field::user_agent, fmt::format("waymark-loadtest/{}", version()));
  request.set(http::field::authorization, "Bearer " + access.key);
  return request;
}

std::string refusal(const ApiAccess& access, std::string_view path, std::string_view scope,
                    unsigned status, std::string_view body) {
  if (status == 401 || status == 403) {
    return fmt::format("{} refuses the key (status {}): it needs the scope {}", access.text(),
                       status, scope);
  }
  return fmt::format("{} answered GET {} with status {}: {}", access.text(), path, status,
                     body.substr(0, 200));
}

Result<ApiAnswer> ApiConnection::get(const std::string& target,
                                     std::chrono::milliseconds deadline) {
  const bool kept = stream_.has_value();
  auto answer = try_get(target, deadline);
  if (!answer && kept && answer.error() != beast::error::timeout) {
    answer = try_get(target, deadline);
  }
  return answer;
}

Result<ApiAnswer> ApiConnection::try_get(const std::string& target,
                                         std::chrono::milliseconds deadline) {
  auto answer = run_to_end(io_, exchange(target, deadline));
  if (!answer) stream_.reset();
  return answer;
}

asio::awaitable<ApiAnswer> ApiConnection::exchange(std::string target,
                                                   std::chrono::milliseconds deadline) {
  if (!stream_) {
    tcp::resolver resolver{io_};
    const auto endpoints =
        co_await resolver.async_resolve(access_.host, access_.port, asio::use_awaitable);
    stream_.emplace(io_);
    buffer_.clear();
    stream_->expires_after(deadline);
    co_await stream_->async_connect(endpoints, asio::use_awaitable);
    stream_->socket().set_option(tcp::no_delay{true});
  }
  const auto request = api_request(access_, target);
  stream_->expires_after(deadline);
  co_await http::async_write(*stream_, request, asio::use_awaitable);

  http::response_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  co_await http::async_read(*stream_, buffer_, parser, asio::use_awaitable);
  stream_->expires_never();
  auto& answer = parser.get();
  ApiAnswer result{answer.result_int(), std::move(answer.body()),
                   std::string{answer["Waymark-Next"]}};
  if (!answer.keep_alive()) stream_.reset();
  co_return result;
}

}  // namespace waymark::loadtest
