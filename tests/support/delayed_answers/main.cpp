// A server of known delay, to measure load generators with: each request is answered with an empty
// 302 exactly so long after it was read. One thread; no parsing: a request ends where a read ends.
//
//   waymark-delayed-answers PORT MICROSECONDS
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view answer =
    "HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n";

struct Owed {
  Clock::time_point due;
  int socket;
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) give_up("socket");
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(port));
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("bind");
  }
  if (::listen(listener, SOMAXCONN) != 0) give_up("listen");
  return listener;
}

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0) give_up("epoll_ctl");
}

void accept_one(int epoll, int listener) {
  const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(epoll, socket);
}

// The delay is the same for all, so that answers are owed in the order of their requests.
void pay(std::deque<Owed>& owed) {
  while (!owed.empty() && owed.front().due <= Clock::now()) {
    ::send(owed.front().socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    owed.pop_front();
  }
}

timespec until_due(const std::deque<Owed>& owed) {
  using std::chrono::nanoseconds;
  if (owed.empty()) return {1, 0};
  const nanoseconds left = owed.front().due - Clock::now();
  return {0, left.count() > 0 ? static_cast<long>(left.count()) : 0};
}

void serve(int listener, Clock::duration delay) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener);
  std::deque<Owed> owed;
  std::array<epoll_event, 64> events;
  std::array<char, 16'384> request;
  for (;;) {
    const timespec timeout = until_due(owed);
    const int count = ::epoll_pwait2(epoll, events.data(), events.size(), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        accept_one(epoll, listener);
      } else if (::recv(socket, request.data(), request.size(), 0) > 0) {
        owed.push_back({Clock::now() + delay, socket});
      } else {
        std::erase_if(owed, [&](const Owed& each) { return each.socket == socket; });
        ::close(socket);
      }
    }
    pay(owed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: waymark-delayed-answers PORT MICROSECONDS\n", stderr);
    return 2;
  }
  const std::chrono::microseconds delay{std::atoi(argv[2])};
  if (delay.count() < 0 || delay.count() >= 1'000'000) {
    std::fputs("MICROSECONDS: 0 to 999999\n", stderr);
    return 2;
  }
  ::prctl(PR_SET_TIMERSLACK, 1'000UL, 0, 0, 0);  // else 50 us of delay are the kernel's
  serve(listen_on(std::atoi(argv[1])), delay);
}
