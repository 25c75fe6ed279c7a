// Whose request it is when a proxy in front passes it on: the rightmost address of X-Forwarded-For
// or Forwarded (RFC 7239) that no trusted proxy has. What stands further left was written by
// whoever sent the request, and is never looked at.
#pragma once

#include "redirect/server/ip_address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

enum class ForwardHeader : std::uint8_t { x_forwarded_for, forwarded };

// The lines of that header in one request, views into it. Proxies append at the end, so it is the
// last ones that are kept.
class ForwardedLines {
 public:
  static constexpr std::size_t lines_max = 8;

  explicit ForwardedLines(ForwardHeader wanted) noexcept : wanted_(wanted) {}

  ForwardHeader wanted() const noexcept { return wanted_; }
  void clear() noexcept { count_ = 0; }
  void add(std::string_view line) noexcept { lines_[count_++ % lines_max] = line; }
  std::size_t kept() const noexcept { return count_ < lines_max ? count_ : lines_max; }
  // 0 is the last one of the request.
  std::string_view from_the_end(std::size_t at) const noexcept {
    return lines_[(count_ - 1 - at) % lines_max];
  }

 private:
  ForwardHeader wanted_;
  std::size_t count_ = 0;
  std::array<std::string_view, lines_max> lines_;
};

// The proxies whose word counts.
class TrustedProxies {
 public:
  TrustedProxies() = default;  // nobody
  // Addresses, ranges, and the word `unix` for peers on Unix sockets. Throws StartupError naming
  // the setting proxies.trusted.
  explicit TrustedProxies(const std::vector<std::string>& texts);

  bool empty() const noexcept { return ranges_.empty() && !unix_; }
  // No address: a peer on a Unix socket.
  bool contains(const IpAddress& peer) const noexcept;

 private:
  std::vector<AddressRange> ranges_;
  bool unix_ = false;
};

// The visitor of a request that the trusted `peer` sent with these lines. The walk from the right
// ends at the first address that is not trusted; an element that is no address (`unknown`,
// `_hidden`, garbage) ends it too, at the last address reached, which is `peer` when there was
// none.
IpAddress visitor_behind(const IpAddress& peer, const ForwardedLines& lines,
                         const TrustedProxies& trusted) noexcept;

}  // namespace waymark::redirect
