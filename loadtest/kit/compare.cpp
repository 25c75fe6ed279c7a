#include "loadtest/kit/compare.hpp"

#include "common/error.hpp"
#include "loadtest/kit/compared_figures.hpp"
#include "loadtest/kit/figures.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace waymark::loadtest {
namespace {

constexpr int drawings = 1000;
constexpr std::uint64_t fixed_seed = 1;  // the same files, the same interval
constexpr double confidence = 0.95;

using Runs = std::span<const RunResult>;

// Shares are compared as they are, all else in percent of base.
double difference(const Figure& base, double from, double to) {
  if (base.form == Figure::Form::share) return to - from;
  return from > 0 ? to / from - 1 : 0;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Variance of the mean.
double mean_variance(const std::vector<double>& values) {
  const double mean = mean_of(values);
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / (count - 1) / count;
}

Interval welch(const std::vector<double>& base, const std::vector<double>& changed) {
  const double by = mean_of(changed) - mean_of(base);
  const double one = mean_variance(base);
  const double two = mean_variance(changed);
  if (one + two == 0) return {by, by};
  const double freedom = (one + two) * (one + two) /
                         (one * one / static_cast<double>(base.size() - 1) +
                          two * two / static_cast<double>(changed.size() - 1));
  const boost::math::students_t distribution{freedom};
  const double reach =
      boost::math::quantile(distribution, (1 + confidence) / 2) * std::sqrt(one + two);
  return {by - reach, by + reach};
}

// The values of figure `index` in all runs.
std::vector<double> values_of(Runs runs, std::size_t index) {
  std::vector<double> values;
  for (const auto& run : runs) values.push_back(figures_of(run)[index].value);
  return values;
}

std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

// Over runs.
void set_interval(Difference& made, const std::vector<double>& base,
                  const std::vector<double>& changed) {
  if (!made.relative) {
    made.by = mean_of(changed) - mean_of(base);
    made.interval = welch(base, changed);
  } else if (all_positive(base) && all_positive(changed)) {
    const auto from = logarithms(base);
    const auto to = logarithms(changed);
    made.by = std::expm1(mean_of(to) - mean_of(from));
    const auto interval = welch(from, to);
    made.interval = Interval{std::expm1(interval.low), std::expm1(interval.high)};
  }
}

// Within one run a side: an interval for each figure, or none when a run is too short.
std::vector<std::optional<Interval>> bootstrap(const RunResult& base, const RunResult& changed,
                                               const std::vector<Figure>& figures) {
  std::vector<std::optional<Interval>> intervals(figures.size());
  const Resampler from{base};
  const Resampler to{changed};
  if (!from.usable() || !to.usable()) return intervals;
  std::vector<std::vector<double>> differences(figures.size());
  std::mt19937_64 random{fixed_seed};
  for (int i = 0; i < drawings; ++i) {
    const auto one = from.draw(random);
    const auto two = to.draw(random);
    for (std::size_t f = 0; f < figures.size(); ++f) {
      differences[f].push_back(difference(figures[f], one[f], two[f]));
    }
  }
  constexpr auto cut = static_cast<std::size_t>(drawings * (1 - confidence) / 2);
  for (std::size_t f = 0; f < figures.size(); ++f) {
    std::sort(differences[f].begin(), differences[f].end());
    intervals[f] = Interval{differences[f][cut], differences[f][drawings - 1 - cut]};
  }
  return intervals;
}

std::string value_text(const Figure& figure, double value) {
  switch (figure.form) {
    case Figure::Form::rate:
      return rate_text(value);
    case Figure::Form::duration:
      return duration_text(value);
    case Figure::Form::share:
      return share_text(value);
    case Figure::Form::cpu:
      break;
  }
  return fmt::format("{:.2f} us", value);
}

std::string_view unit_of(Figure::Form form) {
  switch (form) {
    case Figure::Form::rate:
      return "answers/s";
    case Figure::Form::duration:
      return "ns";
    case Figure::Form::share:
      return "share";
    case Figure::Form::cpu:
      break;
  }
  return "us/request";
}

// Figures that all runs have: servers are often seen on one side only.
std::size_t common_figures(Runs base, Runs changed) {
  const auto first = figures_of(base.front());
  std::size_t common = first.size();
  for (const auto& runs : {base, changed}) {
    for (const auto& run : runs) {
      const auto figures = figures_of(run);
      std::size_t same = 0;
      while (same < std::min(common, figures.size()) && figures[same].name == first[same].name) {
        ++same;
      }
      common = same;
    }
  }
  return common;
}

}  // namespace

std::vector<Difference> compare(Runs base, Runs changed) {
  const bool single = base.size() == 1 && changed.size() == 1;
  if (!single && (base.size() < 2 || changed.size() < 2)) {
    throw StartupError(exit_code::usage,
                       fmt::format("compare: {} runs against {}: give one on each side, or at "
                                   "least two on each (--base A1 A2 --new B1 B2)",
                                   base.size(), changed.size()));
  }
  auto figures = figures_of(base.front());
  figures.resize(common_figures(base, changed), Figure{});
  std::vector<std::optional<Interval>> within;
  if (single) within = bootstrap(base.front(), changed.front(), figures);
  std::vector<Difference> made;
  for (std::size_t f = 0; f < figures.size(); ++f) {
    const auto from = values_of(base, f);
    const auto to = values_of(changed, f);
    auto& each = made.emplace_back();
    each.metric = figures[f].name;
    each.base_value = mean_of(from);
    each.changed_value = mean_of(to);
    each.base = value_text(figures[f], each.base_value);
    each.changed = value_text(figures[f], each.changed_value);
    each.unit = unit_of(figures[f].form);
    each.relative = figures[f].form != Figure::Form::share;
    each.by = difference(figures[f], each.base_value, each.changed_value);
    if (single) {
      each.interval = within[f];
    } else {
      set_interval(each, from, to);
    }
  }
  return made;
}

}  // namespace waymark::loadtest
