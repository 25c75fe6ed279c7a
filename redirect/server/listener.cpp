#include "redirect/server/listener.hpp"

#include "common/error.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace waymark::redirect {
namespace {

constexpr int backlog = 4096;

struct Resolved {
  sockaddr_storage address{};
  socklen_t size = 0;
};

[[noreturn]] void fail(const ListenAddress& address, int error) {
  const std::string reason = std::generic_category().message(error);
  const std::string remedy = error == EADDRINUSE
                                 ? "stop the other program or choose another port with --listen"
                             : error == EACCES ? "ports below 1024 need CAP_NET_BIND_SERVICE"
                                               : "check the address given with --listen";
  throw StartupError(exit_code::failure,
                     fmt::format("cannot listen on {}: {}; {}", address.text(), reason, remedy));
}

Resolved resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  const char* const host = address.host.empty() ? nullptr : address.host.c_str();
  if (const int error = getaddrinfo(host, port.c_str(), &hints, &found); error != 0) {
    throw StartupError(exit_code::config, fmt::format("listen: {}: {}; use host:port, such as "
                                                      "127.0.0.1:8080 or [::1]:8080",
                                                      address.text(), gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, freeaddrinfo};
  Resolved resolved;
  std::memcpy(&resolved.address, found->ai_addr, found->ai_addrlen);
  resolved.size = found->ai_addrlen;
  return resolved;
}

int bind_socket(const Resolved& resolved, bool shared) {
  const int fd = socket(resolved.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&resolved.address), resolved.size) != 0 ||
      listen(fd, backlog) != 0) {
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

void set_port(Resolved& resolved, std::uint16_t port) {
  if (resolved.address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&resolved.address)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&resolved.address)->sin_port = htons(port);
  }
}

// Keeps the first bytes of the address and clears the rest: /24 of IPv4, /48 of IPv6.
void describe(Peer& peer, int family, const void* address, std::size_t bytes, std::size_t kept) {
  std::memcpy(peer.address.data(), address, bytes);
  peer.address_bytes = static_cast<std::uint8_t>(bytes);
  char cut[16] = {};
  std::memcpy(cut, address, kept);
  inet_ntop(family, cut, peer.truncated.data(), static_cast<socklen_t>(peer.truncated.size()));
  peer.truncated_bytes = static_cast<std::uint8_t>(std::strlen(peer.truncated.data()));
}

void describe(Peer& peer, const sockaddr_storage& from) {
  peer = Peer{};
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
    describe(peer, AF_INET, &v4, 4, 3);
  } else if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      describe(peer, AF_INET, v6.s6_addr + 12, 4, 3);
    } else {
      describe(peer, AF_INET6, &v6, 16, 6);
    }
  }
}

}  // namespace

std::vector<int> open_listeners(const ListenAddress& address, unsigned threads) {
  Resolved resolved = resolve(address);
  // SO_REUSEPORT would let a second edge join in silently; a socket without it finds out.
  const int probe = bind_socket(resolved, false);
  if (probe < 0) fail(address, errno);
  set_port(resolved, bound_port(probe));
  close(probe);
  std::vector<int> listeners;
  for (unsigned thread = 0; thread < threads; ++thread) {
    const int fd = bind_socket(resolved, true);
    if (fd < 0) {
      const int error = errno;
      std::ranges::for_each(listeners, close);
      fail(address, error);
    }
    listeners.push_back(fd);
  }
  return listeners;
}

std::uint16_t bound_port(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int accept_connection(int listener, Peer& peer) noexcept {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd =
      accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  describe(peer, from);
  return fd;
}

}  // namespace waymark::redirect
