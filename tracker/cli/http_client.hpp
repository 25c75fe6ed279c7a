// One HTTP request to a program of ours, with a deadline over everything. Plain http only: the
// API listens on loopback or behind a proxy that ends TLS.
#pragma once

#include "common/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace waymark::cli {

struct HttpAddress {
  std::string host;
  std::string port;
};

// Reads `http://host[:port]`, a final slash allowed. Throws StartupError (exit 2).
HttpAddress parse_http_address(std::string_view url);

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::string next;  // of the field Waymark-Next: where the next page begins
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";
  std::string bearer;  // API key; empty sends none
  std::string body;    // empty sends none
  std::string content_type = "application/json";
  std::chrono::milliseconds deadline{10'000};
};

inline constexpr std::size_t answer_body_bytes_max = 16U << 20U;

// Fails with the system's or Beast's error; any HTTP status is a success.
Result<HttpAnswer> exchange(const HttpAddress& address, const HttpRequest& request);

}  // namespace waymark::cli
