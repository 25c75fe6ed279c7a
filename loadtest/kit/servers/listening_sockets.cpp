#include "loadtest/kit/servers/listening_sockets.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace waymark::loadtest {
namespace {

struct Dump {
  ::nlmsghdr header{};
  ::inet_diag_req_v2 request{};
};

// Takes the listed sockets out of one part of the kernel's answer. False at the end of the list.
bool take_part(std::span<const std::byte> part, std::uint16_t port,
               std::vector<std::uint32_t>& inodes) {
  constexpr std::size_t message_bytes = sizeof(::nlmsghdr) + sizeof(::inet_diag_msg);
  while (part.size() >= sizeof(::nlmsghdr)) {
    ::nlmsghdr header{};
    std::memcpy(&header, part.data(), sizeof header);
    // Anything else is the end, or an error.
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len < message_bytes) return false;
    ::inet_diag_msg socket{};
    std::memcpy(&socket, part.data() + sizeof header, sizeof socket);
    if (ntohs(socket.id.idiag_sport) == port) inodes.push_back(socket.idiag_inode);
    part = part.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), part.size()));
  }
  return true;
}

void list(int diag, int family, std::uint16_t port, std::vector<std::uint32_t>& inodes) {
  Dump dump;
  dump.header.nlmsg_len = sizeof dump;
  dump.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  dump.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  dump.request.sdiag_family = static_cast<std::uint8_t>(family);
  dump.request.sdiag_protocol = IPPROTO_TCP;
  dump.request.idiag_states = 1U << TCP_LISTEN;
  if (::send(diag, &dump, sizeof dump, 0) < 0) return;
  std::array<std::byte, 32'768> part;  // the kernel sends no larger ones
  for (;;) {
    const auto bytes = ::recv(diag, part.data(), part.size(), 0);
    if (bytes <= 0) return;
    if (!take_part({part.data(), static_cast<std::size_t>(bytes)}, port, inodes)) return;
  }
}

}  // namespace

std::vector<std::uint32_t> listening_sockets(std::uint16_t port) {
  std::vector<std::uint32_t> inodes;
  const int diag = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (diag < 0) return inodes;
  for (const int family : {AF_INET, AF_INET6}) list(diag, family, port, inodes);
  ::close(diag);
  return inodes;
}

}  // namespace waymark::loadtest
