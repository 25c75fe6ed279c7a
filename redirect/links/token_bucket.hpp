// A budget that refills with time: at most `burst` at once, `rate` a second on average.
#pragma once

#include <algorithm>
#include <cstdint>

namespace waymark::redirect {

class TokenBucket {
 public:
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), level_(burst) {}

  bool empty(std::uint64_t now_ms) {
    refill(now_ms);
    return level_ < 1;
  }
  void take(std::uint64_t now_ms) {
    refill(now_ms);
    level_ = std::max(0.0, level_ - 1);
  }

 private:
  void refill(std::uint64_t now_ms) {
    if (last_ms_ != 0 && now_ms > last_ms_) {
      level_ = std::min(burst_, level_ + rate_ * static_cast<double>(now_ms - last_ms_) / 1000);
    }
    last_ms_ = now_ms;
  }

  double rate_;
  double burst_;
  double level_;
  std::uint64_t last_ms_ = 0;
};

}  // namespace waymark::redirect
