#include "redirect/server/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace waymark::redirect {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

IpAddress address_from(const void* bytes, std::size_t size) noexcept {
  IpAddress address;
  if (size == 16 && std::memcmp(bytes, mapped_prefix.data(), mapped_prefix.size()) == 0) {
    bytes = static_cast<const std::uint8_t*>(bytes) + mapped_prefix.size();
    size = 4;
  }
  std::memcpy(address.bytes.data(), bytes, size);
  address.size = static_cast<std::uint8_t>(size);
  return address;
}

IpAddress address_from(const sockaddr_storage& from) noexcept {
  if (from.ss_family == AF_INET) {
    return address_from(&reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4);
  }
  if (from.ss_family == AF_INET6) {
    return address_from(&reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, 16);
  }
  return {};
}

std::optional<IpAddress> parse_address(std::string_view text) noexcept {
  char terminated[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return {};
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  std::array<std::uint8_t, 16> bytes;
  const bool v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated, bytes.data()) != 1) return {};
  return address_from(bytes.data(), v6 ? 16 : 4);
}

IpAddress network_of(const IpAddress& address, std::uint8_t prefix_bits) noexcept {
  IpAddress network;
  network.size = address.size;
  const std::size_t whole = prefix_bits / 8;
  std::memcpy(network.bytes.data(), address.bytes.data(), whole);
  if (prefix_bits % 8 != 0) {
    network.bytes[whole] =
        static_cast<std::uint8_t>(address.bytes[whole] & (0xff00U >> (prefix_bits % 8)));
  }
  return network;
}

bool AddressRange::contains(const IpAddress& address) const noexcept {
  return address.size == first.size && network_of(address, prefix_bits) == first;
}

std::optional<AddressRange> parse_range(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return {};
  const auto bits_max = static_cast<std::uint8_t>(8 * address->size);
  AddressRange range{*address, bits_max};
  if (slash == std::string_view::npos) return range;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, range.prefix_bits);
  if (error != std::errc{} || rest != end || range.prefix_bits > bits_max) return {};
  if (network_of(*address, range.prefix_bits) != *address) return {};
  return range;
}

}  // namespace waymark::redirect
