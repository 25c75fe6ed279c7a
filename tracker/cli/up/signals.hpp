// Signals as things that are waited for, for programs of one thread.
#pragma once

#include <signal.h>

#include <chrono>

namespace waymark::cli {

// Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD while it lives.
class SignalWait {
 public:
  SignalWait();
  ~SignalWait();
  SignalWait(const SignalWait&) = delete;
  SignalWait& operator=(const SignalWait&) = delete;

  // The number of a signal that came, or 0 after `at_most`.
  int next(std::chrono::milliseconds at_most);

 private:
  ::sigset_t waited_{};
  ::sigset_t before_{};
};

// True for the signals that ask the program to end.
constexpr bool asks_to_end(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

}  // namespace waymark::cli
