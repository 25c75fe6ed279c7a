#include "loadtest/kit/chaos/stall_guard.hpp"

#include "common/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <tuple>

namespace waymark::loadtest {
namespace {

// The child. A pid stands for "is being stopped", its negative for "goes on".
[[noreturn]] void guard(int pipe) {
  // Ctrl-C and a service manager's SIGTERM reach the whole group; this one must outlive the others.
  ::setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
  ::prctl(PR_SET_NAME, "stall-guard");
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int descriptor : {0, 1, 2}) ::dup2(nothing, descriptor);
  constexpr std::size_t stopped_max = 100;
  std::array<::pid_t, stopped_max> stopped{};
  ::pid_t word = 0;
  for (;;) {
    const auto got = ::read(pipe, &word, sizeof word);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof word) break;
    const auto place = std::ranges::find(stopped, word > 0 ? 0 : -word);
    if (place != stopped.end()) *place = std::max(word, 0);
  }
  for (const auto pid : stopped) {
    if (pid > 0) ::kill(pid, SIGCONT);
  }
  ::_exit(0);
}

}  // namespace

StallGuard::StallGuard() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) == 0) child_ = ::fork();
  if (child_ < 0) {
    throw StartupError(exit_code::failure,
                       fmt::format("--chaos: no guard for stopped processes can be started: {}",
                                   std::strerror(errno)));
  }
  if (child_ == 0) {
    ::close(ends[1]);
    guard(ends[0]);
  }
  ::close(ends[0]);
  pipe_ = ends[1];
}

StallGuard::~StallGuard() {
  ::close(pipe_);
  ::waitpid(child_, nullptr, 0);
}

bool StallGuard::stopping(::pid_t pid) noexcept {
  return ::write(pipe_, &pid, sizeof pid) == sizeof pid;
}

void StallGuard::going_on(::pid_t pid) noexcept {
  // Were it lost, the guard would send one SIGCONT too many, which does no harm.
  std::ignore = stopping(-pid);
}

}  // namespace waymark::loadtest
