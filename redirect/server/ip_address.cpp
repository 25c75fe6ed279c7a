#include "redirect/server/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace waymark::redirect {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

constexpr std::size_t kept_bytes(const IpAddress& address) noexcept {
  return address.size == 4 ? 3 : 6;
}

bool same_prefix(const IpAddress& one, const IpAddress& other, std::size_t bits) noexcept {
  const std::size_t whole = bits / 8;
  if (std::memcmp(one.bytes.data(), other.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  return (one.bytes[whole] ^ other.bytes[whole]) >> (8 - bits % 8) == 0;
}

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

Peer peer_of(const IpAddress& address) noexcept {
  Peer peer;
  if (!address) return peer;
  std::memcpy(peer.address.data(), address.bytes.data(), address.size);
  peer.address_bytes = address.size;
  std::array<std::uint8_t, 16> cut{};
  std::memcpy(cut.data(), address.bytes.data(), kept_bytes(address));
  inet_ntop(address.size == 4 ? AF_INET : AF_INET6, cut.data(), peer.truncated.data(),
            static_cast<socklen_t>(peer.truncated.size()));
  peer.truncated_bytes = static_cast<std::uint8_t>(std::strlen(peer.truncated.data()));
  return peer;
}

bool is_peer(const Peer& peer, const IpAddress& address) noexcept {
  return peer.address_bytes == address.size &&
         std::memcmp(peer.address.data(), address.bytes.data(), address.size) == 0;
}

bool AddressRange::contains(const IpAddress& address) const noexcept {
  return address.size == first.size && same_prefix(first, address, prefix_bits);
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
  IpAddress zeroed = *address;
  for (std::size_t bit = range.prefix_bits; bit < bits_max; ++bit) {
    zeroed.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  if (zeroed != *address) return {};
  return range;
}

}  // namespace waymark::redirect
