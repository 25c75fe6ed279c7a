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

// A figure, and how far it may be from the truth.
struct Estimate {
  double value = 0;
  double variance = 0;
  double freedom = 0;  // degrees of it
};

// `parts` vary about `value` as values of runs, or of sections of one run, do.
Estimate estimate(double value, const std::vector<double>& parts) {
  const auto count = static_cast<double>(parts.size());
  double sum = 0;
  for (const double part : parts) sum += (part - value) * (part - value);
  return {value, sum / (count - 1) / count, count - 1};
}

Interval welch(const Estimate& base, const Estimate& changed) {
  const double by = changed.value - base.value;
  const double one = base.variance;
  const double two = changed.variance;
  if (one + two == 0) return {by, by};
  const double freedom =
      (one + two) * (one + two) / (one * one / base.freedom + two * two / changed.freedom);
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

// One side of a comparison: a figure, and what it was in each part.
struct Side {
  double value = 0;
  std::vector<double> parts;
};

// In percent of base the difference of logarithms is a ratio; a figure of 0 has none.
std::optional<Interval> interval_of(Side base, Side changed, bool relative) {
  if (!relative) {
    return welch(estimate(base.value, base.parts), estimate(changed.value, changed.parts));
  }
  for (auto* side : {&base, &changed}) {
    if (side->value <= 0 || !all_positive(side->parts)) return std::nullopt;
    side->value = std::log(side->value);
    side->parts = logarithms(std::move(side->parts));
  }
  const auto interval =
      welch(estimate(base.value, base.parts), estimate(changed.value, changed.parts));
  return Interval{std::expm1(interval.low), std::expm1(interval.high)};
}

// Of several runs, the middle: of logarithms when differences are told in percent.
Side over_runs(std::vector<double> values, bool relative) {
  const bool logarithmic = relative && all_positive(values);
  const double middle = logarithmic ? std::exp(mean_of(logarithms(values))) : mean_of(values);
  return {middle, std::move(values)};
}

// Within one run: its figure, and that of each section.
Side over_sections(double value, const std::vector<std::vector<double>>& sections,
                   std::size_t index) {
  Side side{value, {}};
  for (const auto& section : sections) side.parts.push_back(section[index]);
  return side;
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
  std::vector<std::vector<double>> base_sections;
  std::vector<std::vector<double>> changed_sections;
  if (single) {
    base_sections = sections_of(base.front());
    changed_sections = sections_of(changed.front());
  }
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
    auto one =
        single ? over_sections(from.front(), base_sections, f) : over_runs(from, each.relative);
    auto two =
        single ? over_sections(to.front(), changed_sections, f) : over_runs(to, each.relative);
    each.by = difference(figures[f], one.value, two.value);
    if (one.parts.empty() || two.parts.empty()) continue;
    each.interval = interval_of(std::move(one), std::move(two), each.relative);
  }
  return made;
}

}  // namespace waymark::loadtest
