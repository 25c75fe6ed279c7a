// One request as the edge sees it: views of the few parts that matter, into the connection's
// buffer. Filled by parse_request() and split_target(), read by everything behind it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

enum class Method : std::uint8_t { get, head, other };

struct Request {
  // Not `= default`: members set one by one cost less than the whole cleared with `rep stos`.
  constexpr Request() noexcept {}

  static constexpr std::size_t cookies_max =
      4;  // Cookie lines looked at; HTTP/1.1 clients send one

  Method method = Method::other;
  std::string_view target;
  std::string_view host_field;
  std::uint8_t host_fields = 0;  // how many Host lines there were
  std::string_view user_agent;
  std::string_view referer;
  std::string_view accept_language;
  std::array<std::string_view, cookies_max> cookies{};
  std::uint8_t cookie_count = 0;
  std::string_view content_length;
  std::string_view fetch_mode;  // Sec-Fetch-Mode
  std::string_view fetch_dest;  // Sec-Fetch-Dest
  bool prefetch = false;        // Sec-Purpose, Purpose, X-Moz or X-Purpose says so
  bool opted_out = false;       // Sec-GPC: 1
  bool content = false;         // any Transfer-Encoding, or a Content-Length other than 0
  bool coded = false;           // any Transfer-Encoding
  bool chunked = false;         // chunked was its last coding so far
  bool keep_alive = false;
  bool http10 = false;

  // Filled from target and host_field by split_target().
  std::string_view host;   // lower case, without port; empty only in HTTP/1.0
  std::string_view port;   // with its colon; empty: the scheme's own
  std::string_view path;   // without the leading slash
  std::string_view query;  // without the question mark
};

}  // namespace waymark::redirect
