#include "redirect/server/listener.hpp"

#include "common/limits.hpp"
#include "redirect/server/listening_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace waymark::redirect {
namespace {

std::uint64_t inode_of(const std::string& path) noexcept {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

bool is_unix(int fd) noexcept {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// What the kernel holds for a visitor who does not read, and of one whose turn has not come: left
// alone it lets the former grow to megabytes of each connection (tcp_wmem). Accepted connections
// take both from their listener.
void bound_buffers(int listener) noexcept {
  const int unread = limits::unread_bytes_max;
  const int unserved = limits::unserved_bytes_max;
  setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &unread, sizeof unread);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &unserved, sizeof unserved);
}

}  // namespace

Listeners::Listeners(const std::vector<ListenSpec>& specs, unsigned threads)
    : specs_(specs), of_threads_(threads) {
  try {
    for (ListenSpec& spec : specs_) open(spec);
    for (const auto& listeners : of_threads_) {
      for (const Listener& listener : listeners) bound_buffers(listener.fd);
    }
  } catch (...) {
    close_all();
    throw;
  }
}

Listeners::~Listeners() {
  close_all();
}

std::vector<Listener> Listeners::take(unsigned thread) {
  return std::exchange(of_threads_[thread], {});
}

void Listeners::open(ListenSpec& spec) {
  switch (spec.kind) {
    case ListenSpec::Kind::tcp: {
      const std::vector<int> fds = open_tcp(spec.address, of_threads_.size());
      for (std::size_t thread = 0; thread < fds.size(); ++thread) {
        of_threads_[thread].push_back({fds[thread], false, false, spec.proxy, spec.tls});
      }
      return;
    }
    case ListenSpec::Kind::unix_path: {
      const int fd = open_unix(spec.name);
      files_.push_back({spec.name, inode_of(spec.name)});
      return add_shared(spec, fd);
    }
    case ListenSpec::Kind::activated:
      for (int fd : activated_sockets(spec.name)) add_shared(spec, fd);
      return;
  }
}

// Each thread gets a descriptor of its own, so that each can close what it has.
void Listeners::add_shared(const ListenSpec& spec, int fd) {
  for (std::size_t thread = 0; thread < of_threads_.size(); ++thread) {
    const int own = thread == 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0) throw std::system_error(errno, std::generic_category(), "dup of a listener");
    of_threads_[thread].push_back({own, is_unix(own), true, spec.proxy, spec.tls});
  }
}

void Listeners::close_all() noexcept {
  for (auto& listeners : of_threads_) {
    for (const Listener& listener : listeners) close(listener.fd);
    listeners.clear();
  }
  for (const SocketFile& file : files_) {
    // A successor may have put its own there.
    if (inode_of(file.path) == file.inode) unlink(file.path.c_str());
  }
  files_.clear();
}

int accept_connection(const Listener& listener, IpAddress& peer) noexcept {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd =
      accept4(listener.fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0 || listener.unix_socket) return fd;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  peer = address_from(from);
  return fd;
}

}  // namespace waymark::redirect
