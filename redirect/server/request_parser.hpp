// Parses one complete request header with Beast's parser, without fields and without allocation,
// and closes the gaps that Beast 1.81 leaves: obs-fold, Transfer-Encoding, and lines that are
// broken but not complete yet. What a target and a Host may be is decided in target.hpp.
#pragma once

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

// Bytes up to and including the empty line that ends a header, or 0 while it is not there. Looks
// only behind `searched`, the size known not to hold it; callers start at 0.
std::size_t find_header_end(std::string_view bytes, std::size_t searched) noexcept;

// Parses a complete header (find_header_end). Views in `request` point into `header`.
// Refusals: bad_request or version_not_supported.
Refusal parse_request(std::string_view header, Request& request) noexcept;

// Judges the beginning of a header whose end has not arrived: a bare CR or LF at once, a broken
// line as soon as its line end is there, a request line or header past the limits. `checked`
// remembers between calls how much is known to be good; 0 at the start of a request.
Refusal check_partial_header(std::string_view bytes, std::size_t& checked) noexcept;

}  // namespace waymark::redirect
