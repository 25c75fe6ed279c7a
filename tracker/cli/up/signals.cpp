#include "tracker/cli/up/signals.hpp"

#include <ctime>

namespace waymark::cli {

SignalWait::SignalWait() {
  ::sigemptyset(&waited_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
    ::sigaddset(&waited_, number);
  }
  ::sigprocmask(SIG_BLOCK, &waited_, &before_);
}

SignalWait::~SignalWait() {
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int SignalWait::next(std::chrono::milliseconds at_most) {
  ::timespec limit{};
  limit.tv_sec = at_most.count() / 1000;
  limit.tv_nsec = (at_most.count() % 1000) * 1'000'000;
  const int number = ::sigtimedwait(&waited_, nullptr, &limit);
  return number > 0 ? number : 0;
}

}  // namespace waymark::cli
