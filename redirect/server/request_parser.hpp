// Parses request headers, strictly (RFC 9112): one pass over the received bytes, views into them,
// no allocation, and no state between calls, so that a request in pieces is judged like a whole
// one. What a target and a Host may be is decided in target.hpp.
//
// Not derived from beast::http::basic_parser, which costs nearly twice the time and leaves gaps
// (redirect/README.md, bench/parser.cpp); a test holds the two together.
#pragma once

#include "redirect/server/forwarded.hpp"
#include "redirect/server/request.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

// Why a request is refused before its code is looked at, by the status that answers it.
enum class Refusal : std::uint16_t {
  none = 0,
  bad_request = 400,
  method_not_allowed = 405,
  content_too_large = 413,
  target_too_long = 414,
  header_too_large = 431,
  version_not_supported = 505,
};

struct Parsed {
  Refusal refusal = Refusal::none;
  std::size_t bytes = 0;  // of the header with its empty line; 0 without a refusal: more is needed
};

// `received` starts with the request line. A broken line is refused when its end is there, a bare
// CR or LF and other control characters at once, and what outgrows its limit when it does. On
// success the views in `request` point into `received`; its method is right for what is refused,
// too, since an answer to HEAD never has content (RFC 9110 section 9.3.2). `forwarded` gets the
// lines of its header; null for a peer whose word does not count.
Parsed parse_request(std::string_view received, Request& request,
                     ForwardedLines* forwarded = nullptr) noexcept;

}  // namespace waymark::redirect
