#include "loadtest/kit/thread_clocks.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <fstream>

namespace waymark::loadtest {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ThreadClocks read_thread_clocks() {
  ThreadClocks clocks;
  timespec total{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &total);
  clocks.cpu_seconds =
      static_cast<double>(total.tv_sec) + static_cast<double>(total.tv_nsec) * 1e-9;
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  clocks.cpu_user = seconds_of(usage.ru_utime);
  clocks.cpu_sys = seconds_of(usage.ru_stime);
  std::ifstream file{"/proc/thread-self/schedstat"};
  double ran = 0;
  double waited = 0;
  if (file >> ran >> waited) clocks.waited_for_core = waited * 1e-9;
  return clocks;
}

ThreadClocks operator-(const ThreadClocks& a, const ThreadClocks& b) {
  return {a.cpu_seconds - b.cpu_seconds, a.cpu_user - b.cpu_user, a.cpu_sys - b.cpu_sys,
          a.waited_for_core - b.waited_for_core};
}

void ask_for_exact_timers() {
  ::prctl(PR_SET_TIMERSLACK, 1'000UL, 0, 0, 0);
}

timespec timespec_of(std::uint64_t ns) {
  constexpr std::uint64_t second = 1'000'000'000;
  return {static_cast<time_t>(ns / second), static_cast<long>(ns % second)};
}

}  // namespace waymark::loadtest
