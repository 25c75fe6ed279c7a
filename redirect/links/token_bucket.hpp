// A budget that refills with time: `rate` a second on average, and at most `burst` at once of what
// is paid for at once. What is paid for later, when it has turned out what it costs, may run into
// debt: then the bucket is empty until that is paid back, or many askers at the same moment would
// all go for the price of one.
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
  // The debt is as large as what callers let be under way at once.
  void take(std::uint64_t now_ms) {
    refill(now_ms);
    level_ -= 1;
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
