#include "tracker/leases/lease.hpp"

#include <ctime>

namespace waymark::tracker {

LeaseClock::time_point LeaseClock::now() noexcept {
  ::timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  using namespace std::chrono;
  return time_point{duration_cast<duration>(seconds{time.tv_sec} + nanoseconds{time.tv_nsec})};
}

void Lease::granted(LeaseClock::time_point asked, std::chrono::milliseconds life) noexcept {
  if (!held_at(asked)) ++term_;
  until_ = asked + life;
}

}  // namespace waymark::tracker
