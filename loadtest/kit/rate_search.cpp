#include "loadtest/kit/rate_search.hpp"

#include <cmath>

namespace waymark::loadtest {
namespace {

constexpr double rate_min = 1;  // below it, a server bears nothing

}  // namespace

void RateSearch::tried(bool passed) {
  (passed ? best_ : failed_) = next_;
  ++tries_;
  if (failed_ == 0) {
    next_ = best_ * 2;
  } else {
    next_ = best_ == 0 ? failed_ / 2 : std::round((best_ + failed_) / 2);
  }
  const bool narrow = best_ > 0 && failed_ > 0 && failed_ - best_ <= best_ * precision;
  const bool exact = next_ == best_ || next_ == failed_;
  over_ = narrow || exact || next_ < rate_min || tries_ >= tries_max;
}

}  // namespace waymark::loadtest
