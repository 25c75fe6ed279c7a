// Whether two runs, or two groups of runs, differ beyond noise.
//
// One run on each side: each is cut into a few long sections, whose figures vary about the whole
// run's; Welch's t interval follows from that (batch means, Schmeiser 1982, "Batch Size Effects in
// the Analysis of Simulation Output"; about the whole run's figure, which makes it hold for
// percentiles: sectioning, Asmussen and Glynn 2007, "Stochastic Simulation", III.5). Neighbouring
// seconds may resemble each other; sections hardly do. It knows the noise within these two runs
// only: what differs from run to run (memory layout, the neighbour on the machine) needs several.
//
// Several runs on both sides: Welch's t interval over the runs' figures, of their logarithms where
// the difference is told in percent. At least two runs a side; five make it useful.
#pragma once

#include "loadtest/kit/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

struct Interval {
  double low = 0;
  double high = 0;
};

struct Difference {
  std::string metric;  // "p99", "CPU of edge"
  std::string base;    // as people read it
  std::string changed;
  std::string_view unit;  // of both values: "answers/s", "ns", "share" or "us/request"
  double base_value = 0;  // mean of the runs
  double changed_value = 0;
  bool relative = true;  // `by` and `interval` are shares of base; else absolute (error share)
  double by = 0;
  std::optional<Interval> interval;  // 95 %; empty when the data are too few
  bool beyond_noise() const noexcept {
    return interval && (interval->low > 0 || interval->high < 0);
  }
};

// Both sides hold one run each or at least two each; throws StartupError (exit 2) otherwise.
std::vector<Difference> compare(std::span<const RunResult> base,
                                std::span<const RunResult> changed);

// What else than the server may be behind a difference: other plans, runs that were invalid.
std::vector<std::string> cautions(std::span<const RunResult> base,
                                  std::span<const RunResult> changed);

// A table, then what to keep in mind: other plans, runs that were invalid, too few seconds.
std::string comparison_text(std::span<const RunResult> base, std::span<const RunResult> changed);

// The same for programs; loadtest/kit/README.md lists the members. Ends with a line end.
std::string comparison_json(std::span<const RunResult> base, std::span<const RunResult> changed);

}  // namespace waymark::loadtest
