// What is shown while a run goes on: one line a second on standard error, each over the last one
// on a terminal.
#pragma once

#include "loadtest/kit/recorder.hpp"

#include <string>

namespace waymark::loadtest {

// "  12 s  5000/s (planned 5000)  0 errors  p50 0.21 ms  p99 1.80 ms  late 0 (max 0.0 ms)"
std::string live_line(const SecondSeen& seen);

class LiveLine {
 public:
  LiveLine();
  void show(const SecondSeen& seen) const;
  // Goes to a fresh line.
  void end() const;

 private:
  const bool terminal_;
};

}  // namespace waymark::loadtest
