// Sockets that systemd opens and hands over: LISTEN_PID names this process, LISTEN_FDS says how
// many there are from descriptor 3 on, LISTEN_FDNAMES names them (sd_listen_fds(3)).
#include "common/error.hpp"
#include "redirect/server/listening_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace waymark::redirect {
namespace {

constexpr int first_passed = 3;
constexpr int passed_max = 1'000;

[[noreturn]] void fail(const std::string& name, std::string_view problem) {
  throw StartupError(exit_code::config, fmt::format("cannot listen on fd:{}: {}", name, problem));
}

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

int number_in(const char* name) {
  const std::string_view text = environment(name);
  int number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size() ? number : 0;
}

bool has_option(int fd, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

struct PassedSocket {
  int fd;
  std::string_view name;
};

// Those that are for this process.
std::vector<PassedSocket> passed_sockets() {
  const int count = number_in("LISTEN_FDS");
  if (number_in("LISTEN_PID") != getpid() || count <= 0 || count > passed_max) return {};
  std::string_view names = environment("LISTEN_FDNAMES");
  std::vector<PassedSocket> passed;
  for (int fd = first_passed; fd < first_passed + count; ++fd) {
    const std::size_t colon = names.find(':');
    passed.push_back({fd, names.substr(0, colon)});
    names = colon == std::string_view::npos ? std::string_view{} : names.substr(colon + 1);
  }
  return passed;
}

void prepare(const std::string& name, int fd) {
  if (!has_option(fd, SO_TYPE, SOCK_STREAM) || !has_option(fd, SO_ACCEPTCONN, 1)) {
    fail(name, "is no listening stream socket; use ListenStream= and Accept=no");
  }
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

std::vector<int> activated_sockets(const std::string& name) {
  const std::vector<PassedSocket> passed = passed_sockets();
  if (passed.empty()) {
    fail(name, "no sockets were passed to this process; start it by its systemd socket unit");
  }
  std::vector<int> fds;
  for (const PassedSocket& socket : passed) {
    if (socket.name == name) fds.push_back(socket.fd);
  }
  if (fds.empty()) {
    fail(name, fmt::format("no socket of that name was passed, the names are '{}'; set "
                           "FileDescriptorName={} in the socket unit",
                           environment("LISTEN_FDNAMES"), name));
  }
  for (int fd : fds) prepare(name, fd);
  return fds;
}

std::vector<std::string> unused_sockets(const std::vector<ListenSpec>& specs) {
  std::vector<std::string> unused;
  for (const PassedSocket& socket : passed_sockets()) {
    const bool used = std::ranges::any_of(specs, [&socket](const ListenSpec& spec) {
      return spec.kind == ListenSpec::Kind::activated && spec.name == socket.name;
    });
    if (!used) unused.emplace_back(socket.name);
  }
  return unused;
}

}  // namespace waymark::redirect
