#include "redirect/server/poller.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace waymark::redirect {

Poller::Poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() {
  close(fd_);
}

bool Poller::add(int fd, unsigned events, void* tag) noexcept {
  epoll_event event{events, {.ptr = tag}};
  return epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::change(int fd, unsigned events, void* tag) noexcept {
  epoll_event event{events, {.ptr = tag}};
  epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) noexcept {
  epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr);
}

std::span<epoll_event> Poller::ready() noexcept {
  const int count = epoll_wait(fd_, events_, events_max, 0);
  return {events_, static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace waymark::redirect
