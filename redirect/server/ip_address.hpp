// Addresses of peers and visitors as bytes, and ranges of them (CIDR). An IPv4 address that is
// mapped into IPv6 is the IPv4 address.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // in network order; what is behind `size` is zero
  std::uint8_t size = 0;                 // 4, 16, or 0: there is none (Unix sockets)

  bool operator==(const IpAddress&) const = default;
  explicit operator bool() const noexcept { return size != 0; }
  // The bytes themselves; empty when there is none.
  std::string_view raw() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }
};

// `size` is 4 or 16.
IpAddress address_from(const void* bytes, std::size_t size) noexcept;
// None for other families than IPv4 and IPv6.
IpAddress address_from(const sockaddr_storage& from) noexcept;
// `198.51.100.7` or `2001:db8::7`, and nothing else: no port, no brackets, no zone.
std::optional<IpAddress> parse_address(std::string_view text) noexcept;

// The network that the address is in; `prefix_bits` is at most 8 * size.
IpAddress network_of(const IpAddress& address, std::uint8_t prefix_bits) noexcept;

struct AddressRange {
  IpAddress first;
  std::uint8_t prefix_bits = 0;

  bool contains(const IpAddress& address) const noexcept;
};

// `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits behind the prefix must be zero: what else the
// author meant is anybody's guess.
std::optional<AddressRange> parse_range(std::string_view text) noexcept;

}  // namespace waymark::redirect
