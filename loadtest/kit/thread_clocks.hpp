// What the kernel knows of the calling thread, and how exactly it may be woken.
#pragma once

#include <cstdint>
#include <ctime>

namespace waymark::loadtest {

// Seconds since the thread began.
struct ThreadClocks {
  double cpu_seconds = 0;
  double cpu_user = 0;
  double cpu_sys = 0;
  double waited_for_core = 0;  // could have run and did not; 0 where the kernel does not tell
};
ThreadClocks read_thread_clocks();
ThreadClocks operator-(const ThreadClocks& a, const ThreadClocks& b);

// Timers of the calling thread may otherwise be 50 us late to save energy.
void ask_for_exact_timers();

timespec timespec_of(std::uint64_t ns);

}  // namespace waymark::loadtest
