// What a request target and a Host may be (RFC 9112 section 3.2, RFC 3986), stricter than Beast:
// origin-form or absolute-form only, printable ASCII without `#`, exactly one valid Host in
// HTTP/1.1.
#pragma once

#include "common/limits.hpp"
#include "redirect/server/request.hpp"
#include "redirect/server/request_parser.hpp"

namespace waymark::redirect {

// Room for the host in lower case; the request's `host` points into it.
using HostBuffer = char[limits::host_bytes_max];

// Fills host, path and query of a parsed request. In absolute-form the target's host counts, and
// the Host field is only checked. Refusals: bad_request or target_too_long.
Refusal split_target(Request& request, HostBuffer& host) noexcept;

}  // namespace waymark::redirect
