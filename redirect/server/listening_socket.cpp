#include "redirect/server/listening_socket.hpp"

#include "common/error.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace waymark::redirect {
namespace {

constexpr int backlog = 4096;

[[noreturn]] void fail(const std::string& address, int error) {
  const std::string reason = std::generic_category().message(error);
  const std::string remedy = error == EADDRINUSE ? "stop the other program or choose another port"
                             : error == EACCES   ? "ports below 1024 need CAP_NET_BIND_SERVICE"
                                                 : "the address must be one of this machine";
  throw StartupError(exit_code::failure,
                     fmt::format("cannot listen on {}: {}; {}", address, reason, remedy));
}

[[noreturn]] void fail_unix(const std::string& path, const std::string& reason,
                            std::string_view remedy) {
  throw StartupError(exit_code::failure,
                     fmt::format("cannot listen on unix:{}: {}; {}", path, reason, remedy));
}

// Keeps errno for the caller.
int give_up(int fd) noexcept {
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

// --- TCP ---

struct Resolved {
  sockaddr_storage address{};
  socklen_t size = 0;
  bool every_address = false;
};

Resolved every_address(bool v6, std::uint16_t port) {
  Resolved resolved;
  resolved.every_address = true;
  if (v6) {
    auto& address = reinterpret_cast<sockaddr_in6&>(resolved.address);
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    resolved.size = sizeof address;
  } else {
    auto& address = reinterpret_cast<sockaddr_in&>(resolved.address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    resolved.size = sizeof address;
  }
  return resolved;
}

Resolved resolve(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
      error != 0) {
    throw StartupError(exit_code::config,
                       fmt::format("cannot listen on {}: {}; use host:port, such "
                                   "as 127.0.0.1:8080 or [::1]:8080",
                                   address.text(), gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned{found, freeaddrinfo};
  Resolved resolved;
  std::memcpy(&resolved.address, found->ai_addr, found->ai_addrlen);
  resolved.size = found->ai_addrlen;
  return resolved;
}

int bind_socket(const Resolved& resolved, bool shared) {
  const int family = resolved.address.ss_family;
  const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (family == AF_INET6) {
    const int v6_only = resolved.every_address ? 0 : 1;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  if (bind(fd, reinterpret_cast<const sockaddr*>(&resolved.address), resolved.size) != 0 ||
      listen(fd, backlog) != 0) {
    return give_up(fd);
  }
  return fd;
}

std::uint16_t bound_port(int listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_port(Resolved& resolved, std::uint16_t port) {
  if (resolved.address.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&resolved.address)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&resolved.address)->sin_port = htons(port);
  }
}

// --- Unix ---

// Whether somebody accepts connections on what is there.
bool is_answered(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return true;
  const bool refused =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  close(fd);
  return !refused;
}

bool is_socket(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

int bind_unix(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return give_up(fd);
  }
  // The mode first: nobody is to be turned away by the moment between the two.
  if (chmod(address.sun_path, 0666) != 0 || listen(fd, backlog) != 0) return give_up(fd);
  return fd;
}

}  // namespace

std::vector<int> open_tcp(ListenAddress& address, std::size_t count) {
  const std::string asked = address.text();
  Resolved resolved = address.host.empty() ? every_address(true, address.port) : resolve(address);
  // SO_REUSEPORT would let a second edge join in silently; a socket without it finds out.
  int probe = bind_socket(resolved, false);
  if (probe < 0 && address.host.empty() && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
    resolved = every_address(false, address.port);
    probe = bind_socket(resolved, false);
  }
  if (probe < 0) fail(asked, errno);
  address.port = bound_port(probe);
  set_port(resolved, address.port);
  close(probe);
  std::vector<int> listeners;
  while (listeners.size() < count) {
    const int fd = bind_socket(resolved, true);
    if (fd < 0) {
      const int error = errno;
      std::ranges::for_each(listeners, close);
      fail(asked, error);
    }
    listeners.push_back(fd);
  }
  return listeners;
}

int open_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    fail_unix(path, "the path is too long",
              fmt::format("choose one below {} bytes", sizeof address.sun_path));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  int fd = bind_unix(address);
  if (fd < 0 && errno == EADDRINUSE) {
    if (!is_socket(path)) fail_unix(path, "a file of that name is there", "choose another path");
    if (is_answered(address)) {
      fail_unix(path, "somebody listens there", "stop the other program or choose another path");
    }
    unlink(path.c_str());
    fd = bind_unix(address);
  }
  if (fd < 0) {
    fail_unix(path, std::generic_category().message(errno),
              "the folder must be there, and writable");
  }
  return fd;
}

}  // namespace waymark::redirect
