// Readiness of client sockets: a level-triggered epoll of the thread's own. Asio's reactor is
// edge-triggered and pays one more recv() for each request; this one pays recv() and send() only.
// Everything that is not a client socket (timers, Redis, messages between threads) stays with Asio.
#pragma once

#include <sys/epoll.h>

#include <span>

namespace waymark::redirect {

class Poller {
 public:
  Poller();  // throws std::system_error
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // `events` is a set of EPOLLIN and EPOLLOUT; `tag` comes back with them. False when the kernel
  // refuses (ENOMEM, ENOSPC).
  bool add(int fd, unsigned events, void* tag) noexcept;
  void change(int fd, unsigned events, void* tag) noexcept;
  void remove(int fd) noexcept;

  // What is ready now; never waits.
  std::span<epoll_event> ready() noexcept;

  // Becomes readable when ready() would return something.
  int fd() const noexcept { return fd_; }

 private:
  static constexpr int events_max = 256;
  int fd_;
  epoll_event events_[events_max];
};

}  // namespace waymark::redirect
