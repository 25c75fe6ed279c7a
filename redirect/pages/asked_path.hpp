// What the path of a request asks for: a code to follow, a code to show, or a page of our own.
// Pure.
//
//   /anna7                  follow it                     /            root
//   /anna7+                 show where it leads           /robots.txt  /favicon.ico
//   /anna7.svg /anna7.png   its QR code                   /.well-known/<name>
//
// Our own paths are told from codes by characters that no code has, so that a code costs nothing
// more for their sake.
#pragma once

#include "common/code.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

enum class Asks : std::uint8_t {
  follow,
  destination,
  svg,
  png,
  root,
  robots,
  favicon,
  well_known,
  nothing,  // neither a code nor a path of ours
};

struct AskedPath {
  Asks asks = Asks::nothing;
  std::string_view code{};  // of follow, destination, svg and png, as normalize_code() gives it
  std::string_view name{};  // of well_known: what follows `/.well-known/`
};

// The result's views point in here.
struct AskedPathBuffer {
  static constexpr std::size_t decoded_max = 256;  // longer paths are none of ours
  char code[limits::code_bytes_max];
  char decoded[decoded_max];
};

// `path` is without the leading slash and the query. What messengers hang on to a link (see
// normalize_code) is dropped from all forms of a code; escapes of unreserved characters and of `+`
// are decoded.
AskedPath asked_path(std::string_view path, CodeCase code_case, AskedPathBuffer& buffer) noexcept;

}  // namespace waymark::redirect
