#include "redirect/decide/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace waymark::redirect {
namespace {

constexpr std::size_t kept_bytes(const IpAddress& address) noexcept {
  return address.size == 4 ? 3 : 6;
}

}  // namespace

Peer peer_of(const IpAddress& address) noexcept {
  Peer peer;
  if (!address) return peer;
  peer.address = address;
  std::array<std::uint8_t, 16> cut{};
  std::memcpy(cut.data(), address.bytes.data(), kept_bytes(address));
  inet_ntop(address.size == 4 ? AF_INET : AF_INET6, cut.data(), peer.truncated.data(),
            static_cast<socklen_t>(peer.truncated.size()));
  peer.truncated_bytes = static_cast<std::uint8_t>(std::strlen(peer.truncated.data()));
  return peer;
}

}  // namespace waymark::redirect
