// The lower limit for any HTTP server on this machine: one thread, level-triggered epoll, every
// complete request answered with the same bytes. Nothing is parsed; a request ends where a read
// ends with a blank line. A yardstick for load tests, no server.
//
//   epoll_limit PORT ANSWER-FILE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) give_up("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(port));
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("bind");
  }
  if (listen(listener, SOMAXCONN) != 0) give_up("listen");
  return listener;
}

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0) give_up("epoll_ctl");
}

void accept_one(int epoll, int listener) {
  const int socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return;
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(epoll, socket);
}

void answer_one(int socket, const std::string& answer) {
  std::array<char, 16'384> buffer;
  const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    close(socket);  // also leaves the epoll set
    return;
  }
  const std::string_view request{buffer.data(), static_cast<std::size_t>(got)};
  if (!request.ends_with("\r\n\r\n")) return;
  // A short write cannot happen with one small answer at a time; the loader would report it.
  if (send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) close(socket);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: epoll_limit PORT ANSWER-FILE\n", stderr);
    return 2;
  }
  std::ifstream file{argv[2], std::ios::binary};
  const std::string answer{std::istreambuf_iterator<char>{file}, {}};
  if (answer.empty()) {
    std::fprintf(stderr, "epoll_limit: cannot read an answer from %s\n", argv[2]);
    return 1;
  }
  const int listener = listen_on(std::atoi(argv[1]));
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) give_up("epoll_create1");
  watch(epoll, listener);
  std::array<epoll_event, 128> events;
  for (;;) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        accept_one(epoll, listener);
      } else {
        answer_one(socket, answer);
      }
    }
  }
}
