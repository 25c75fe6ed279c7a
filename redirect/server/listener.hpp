// Listening sockets, raw because their threads poll them beside their clients.
#pragma once

#include "redirect/server/ip_address.hpp"
#include "redirect/server/listen_spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace waymark::redirect {

// A listening socket as one thread has it: non-blocking, closed by that thread.
struct Listener {
  int fd = -1;
  bool unix_socket = false;
  bool shared = false;  // all threads accept on it
  bool proxy = false;
  bool tls = false;
};

// A file of the file system that is a socket of ours.
struct SocketFile {
  std::string path;
  std::uint64_t inode = 0;
};

class Listeners {
 public:
  // Opens what the specs name, for each thread. TCP ports get one socket for each thread
  // (SO_REUSEPORT: the kernel spreads the connections); Unix sockets and activated ones are one
  // socket on which all threads accept. Throws StartupError naming address and remedy, also when
  // another process of ours already shares a port, or answers on a Unix socket.
  Listeners(const std::vector<ListenSpec>& specs, unsigned threads);
  // Closes what was not taken, and removes the files of Unix sockets that are still ours.
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Those of one thread; once.
  std::vector<Listener> take(unsigned thread);

  // What is listened on, ports in force also when 0 was asked for.
  const std::vector<ListenSpec>& specs() const noexcept { return specs_; }

 private:
  void open(ListenSpec& spec);
  void close_all() noexcept;
  void add_shared(const ListenSpec& spec, int fd);

  std::vector<ListenSpec> specs_;
  std::vector<std::vector<Listener>> of_threads_;
  std::vector<SocketFile> files_;
};

// Accepts one connection, non-blocking and without delay for small answers; -1 with errno as usual.
// A peer on a Unix socket has no address.
int accept_connection(const Listener& listener, IpAddress& peer) noexcept;

}  // namespace waymark::redirect
