// A kept connection to the API of a Waymark tracker, for one thread: GET only, plain http, since
// the API listens on loopback or behind a proxy that ends TLS.
#pragma once

#include "common/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::loadtest {

struct ApiAccess {
  std::string host;
  std::string port;
  std::string key;  // secret or restricted, with the scope clicks:read

  std::string text() const { return "http://" + host + ":" + port; }
};

// Reads `http://host[:port]` and the key from its file. Throws StartupError naming what is wrong.
ApiAccess api_access(std::string_view url, const std::string& key_file);

// A GET with the key.
boost::beast::http::request<boost::beast::http::empty_body> api_request(const ApiAccess& access,
                                                                        const std::string& target);

struct ApiAnswer {
  unsigned status = 0;
  std::string body;
  std::string next;  // field Waymark-Next: where the next page begins
};

// In words: what an answer other than 200 to GET `path` means. `scope`: what the key needs for it.
std::string refusal(const ApiAccess& access, std::string_view path, std::string_view scope,
                    unsigned status, std::string_view body);

class ApiConnection {
 public:
  // `access` must outlive this. Connects with the first request.
  explicit ApiConnection(const ApiAccess& access) : access_(access) {}

  // Any HTTP status is a success. Fails with the system's or Beast's error, in `deadline`; the next
  // request makes a new connection. A request on a connection that the server has closed
  // meanwhile is sent once more.
  Result<ApiAnswer> get(const std::string& target, std::chrono::milliseconds deadline);

 private:
  Result<ApiAnswer> try_get(const std::string& target, std::chrono::milliseconds deadline);
  boost::asio::awaitable<ApiAnswer> exchange(std::string target,
                                             std::chrono::milliseconds deadline);

  const ApiAccess& access_;
  boost::asio::io_context io_{1};
  std::optional<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace waymark::loadtest
