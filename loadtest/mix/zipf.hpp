// Ranks 1..n with probability proportional to rank^-exponent: how often links are clicked.
//
// Exact, by rejection-inversion (Hoermann and Derflinger 1996): no table, constant time. The
// popular shortcut of Gray et al. is only approximate and bends the curve at its head.
#pragma once

#include "loadtest/mix/random.hpp"

#include <cstddef>

namespace waymark::mix {

class Zipf {
 public:
  // `count` > 0, `exponent` > 0.
  Zipf(std::size_t count, double exponent);

  std::size_t operator()(Random& random) const;

 private:
  double h(double x) const;           // x^-exponent
  double h_integral(double x) const;  // a primitive of h
  double h_integral_inverse(double y) const;

  double count_;
  double exponent_;
  double h_integral_first_;
  double h_integral_last_;
  double sure_;  // below this distance from a rank, no second look is needed
};

}  // namespace waymark::mix
