// The figures that two runs are compared by, of whole runs and of sections of one.
#pragma once

#include "loadtest/kit/result.hpp"

#include <cstddef>
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

// Whole seconds (entries of the series) that a run needs for sections.
inline constexpr std::size_t seconds_min = 10;

// The values of figures_of() in each of a few sections of the run, equally long and without gaps
// between them; none when the run is shorter than `seconds_min`.
std::vector<std::vector<double>> sections_of(const RunResult& run);

}  // namespace waymark::loadtest
