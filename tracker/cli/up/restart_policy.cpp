#include "tracker/cli/up/restart_policy.hpp"

#include <algorithm>

namespace waymark::cli {

void RestartPolicy::started(Time now) noexcept {
  started_ = now;
}

std::chrono::milliseconds RestartPolicy::died(Time now) noexcept {
  if (now - started_ >= good_run) {
    next_pause_ = std::chrono::milliseconds{0};
  }
  const auto pause = next_pause_;
  next_pause_ = std::clamp(2 * pause, pause_min, pause_max);
  return pause;
}

}  // namespace waymark::cli
