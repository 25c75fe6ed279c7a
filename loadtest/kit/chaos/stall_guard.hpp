// Lets stopped processes go on when this program ends, however it ends: a child process holds the
// other end of a pipe, and its end of file tells it.
#pragma once

#include <sys/types.h>

namespace waymark::loadtest {

class StallGuard {
 public:
  // Forks: before the program has threads. Throws StartupError.
  StallGuard();
  // What is stopped goes on now. Waits until it does.
  ~StallGuard();
  StallGuard(const StallGuard&) = delete;
  StallGuard& operator=(const StallGuard&) = delete;

  // To be told before a process is stopped; false when nobody would look after it.
  [[nodiscard]] bool stopping(::pid_t pid) noexcept;
  // And once it goes on.
  void going_on(::pid_t pid) noexcept;

 private:
  int pipe_ = -1;
  ::pid_t child_ = -1;
};

}  // namespace waymark::loadtest
