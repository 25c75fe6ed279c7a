// The header of the PROXY protocol, versions 1 and 2 (HAProxy, doc/proxy-protocol.txt): how a
// balancer in front tells whose connection it passes on. Asked for on listeners of its own and
// never guessed: there it must come first and be complete before anything else is read.
#pragma once

#include "redirect/server/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

struct ProxyHeader {
  enum class State : std::uint8_t { incomplete, complete, broken };

  State state = State::incomplete;
  std::size_t bytes = 0;  // of the header; set when complete
  // Whose connection it is. None when the sender says LOCAL (its own health check), UNKNOWN, or
  // names a family without addresses of ours: then the peer of the socket counts.
  IpAddress source;
};

// `received` starts where the connection starts. A header is refused as soon as it cannot become a
// good one; while it is incomplete every byte of `received` belongs to it.
ProxyHeader parse_proxy_header(std::string_view received) noexcept;

}  // namespace waymark::redirect
