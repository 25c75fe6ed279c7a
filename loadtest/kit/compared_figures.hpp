// The figures that two runs are compared by, of whole runs and of seconds drawn from one.
#pragma once

#include "loadtest/kit/result.hpp"

#include <random>
#include <string>
#include <vector>

namespace waymark::loadtest {

struct Figure {
  enum class Form { rate, duration, share, cpu } form;
  std::string name;
  double value;  // answers a second, ns, share of 1, us per request
};

// In the same order for all runs; servers of the same names last.
std::vector<Figure> figures_of(const RunResult& run);

// Draws the seconds of one run anew. `run` must outlive it.
class Resampler {
 public:
  static constexpr std::size_t seconds_min = 10;

  explicit Resampler(const RunResult& run);
  // False when fewer than `seconds_min` whole seconds (entries of the series) were measured.
  bool usable() const noexcept { return points_.size() >= seconds_min; }
  // The values of figures_of(), of one drawing.
  std::vector<double> draw(std::mt19937_64& random) const;

 private:
  struct Point {
    const Second* second;
    std::vector<double> cpu_seconds;  // of each server
  };
  const RunResult& run_;
  std::vector<Point> points_;
};

}  // namespace waymark::loadtest
