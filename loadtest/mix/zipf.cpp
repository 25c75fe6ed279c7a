#include "loadtest/mix/zipf.hpp"

#include <algorithm>
#include <cmath>

namespace waymark::mix {
namespace {

// log(1 + x) / x and (exp(x) - 1) / x, continued through 0: exponents near 1 divide by almost 0.
double log1p_over(double x) {
  return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1 - x * (0.5 - x / 3);
}

double expm1_over(double x) {
  return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1 + x * (0.5 + x / 6);
}

}  // namespace

Zipf::Zipf(std::size_t count, double exponent)
    : count_(static_cast<double>(count)),
      exponent_(exponent),
      h_integral_first_(h_integral(1.5) - 1),
      h_integral_last_(h_integral(count_ + 0.5)),
      sure_(2 - h_integral_inverse(h_integral(2.5) - h(2))) {}

std::size_t Zipf::operator()(Random& random) const {
  for (;;) {
    const double u = h_integral_last_ + random.real() * (h_integral_first_ - h_integral_last_);
    const double x = h_integral_inverse(u);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, count_);
    if (rank - x <= sure_ || u >= h_integral(rank + 0.5) - h(rank)) {
      return static_cast<std::size_t>(rank);
    }
  }
}

double Zipf::h(double x) const {
  return std::exp(-exponent_ * std::log(x));
}

double Zipf::h_integral(double x) const {
  const double log_x = std::log(x);
  return expm1_over((1 - exponent_) * log_x) * log_x;
}

double Zipf::h_integral_inverse(double y) const {
  const double t = std::max(-1.0, y * (1 - exponent_));
  return std::exp(log1p_over(t) * y);
}

}  // namespace waymark::mix
