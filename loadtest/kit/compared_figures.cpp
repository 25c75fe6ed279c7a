#include "loadtest/kit/compared_figures.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace waymark::loadtest {
namespace {

struct Sums {
  double seconds = 0;
  std::uint64_t due = 0;
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;
  std::vector<double> cpu_seconds;
};

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

std::vector<Figure> figures(const RunResult& run, const Sums& sums, const Histogram& latency) {
  using enum Figure::Form;
  const auto at = [&](double quantile) { return static_cast<double>(latency.at(quantile)); };
  const auto answered = static_cast<double>(sums.answered);
  std::vector<Figure> made{
      {rate, "rate", ratio(answered, sums.seconds)},
      {duration, "p50", at(0.5)},
      {duration, "p99", at(0.99)},
      {duration, "p99.9", at(0.999)},
      {duration, "mean", latency.mean()},
      {Figure::Form::share, "errors",
       ratio(static_cast<double>(sums.errors), static_cast<double>(sums.due))},
  };
  for (std::size_t i = 0; i < run.servers.size(); ++i) {
    made.push_back(
        {cpu, "CPU of " + run.servers[i].name, ratio(sums.cpu_seconds[i] * 1e6, answered)});
  }
  return made;
}

// The last entry is rarely a whole one.
std::vector<const Second*> whole_seconds(const RunResult& run) {
  const auto end = std::floor(run.planned_seconds / run.step_seconds) * run.step_seconds;
  std::vector<const Second*> whole;
  for (const auto& second : run.seconds) {
    if (second.at < end) whole.push_back(&second);
  }
  return whole;
}

// Few and long: what neighbouring seconds share must stay within a section, and Student's t pays
// for their small number.
std::size_t sections_for(std::size_t seconds) {
  constexpr std::size_t few = 20;
  constexpr std::size_t section_seconds = 12;
  return seconds < few ? 3 : std::clamp<std::size_t>(seconds / section_seconds, 5, 10);
}

void add(const RunResult& run, const Second& second, Sums& sums, Histogram& latency) {
  sums.seconds += run.step_seconds;
  sums.due += second.due;
  sums.answered += second.answered;
  sums.errors += second.errors;
  latency.add(second.latency);
  for (std::size_t i = 0; i < run.servers.size(); ++i) {
    for (const auto& sample : run.servers[i].samples) {
      const bool inside = sample.at >= second.at && sample.at < second.at + run.step_seconds;
      if (inside) sums.cpu_seconds[i] += sample.cpu_cores;  // a sample a second
    }
  }
}

}  // namespace

std::vector<Figure> figures_of(const RunResult& run) {
  Sums sums{run.measured_seconds, run.planned, run.answered, run.errors.total(), {}};
  for (const auto& server : run.servers) sums.cpu_seconds.push_back(server.cpu_seconds);
  return figures(run, sums, run.latency);
}

std::vector<std::vector<double>> sections_of(const RunResult& run) {
  const auto seconds = whole_seconds(run);
  if (seconds.size() < seconds_min) return {};
  const std::size_t count = sections_for(seconds.size());
  std::vector<std::vector<double>> sections;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * seconds.size() / count;
    const std::size_t end = (i + 1) * seconds.size() / count;
    Sums sums;
    sums.cpu_seconds.resize(run.servers.size());
    Histogram latency;
    for (const auto* second : std::span{seconds}.subspan(begin, end - begin)) {
      add(run, *second, sums, latency);
    }
    auto& values = sections.emplace_back();
    for (const auto& figure : figures(run, sums, latency)) values.push_back(figure.value);
  }
  return sections;
}

}  // namespace waymark::loadtest
