// How long to wait before the next attempt: doubles from `min` to `max`, with jitter, so that many
// processes that lost the same server do not come back in step. Pure apart from its random numbers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace waymark {

class Backoff {
 public:
  using milliseconds = std::chrono::milliseconds;

  // 0 < min <= max. Equal seeds give equal waits.
  Backoff(milliseconds min, milliseconds max, std::uint32_t seed = std::random_device{}())
      : min_(min), max_(max), ceiling_(min), random_(seed) {}

  // Between half and all of a ceiling that doubles with each call.
  milliseconds next() {
    const auto ceiling = ceiling_;
    ceiling_ = std::min(ceiling_ * 2, max_);
    std::uniform_int_distribution<milliseconds::rep> choose{ceiling.count() / 2, ceiling.count()};
    return milliseconds{choose(random_)};
  }
  // After a success: the next wait is a short one again.
  void reset() { ceiling_ = min_; }

 private:
  milliseconds min_, max_, ceiling_;
  std::minstd_rand random_;
};

}  // namespace waymark
