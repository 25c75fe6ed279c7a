#include "loadtest/kit/compared_figures.hpp"

#include <cmath>

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

}  // namespace

std::vector<Figure> figures_of(const RunResult& run) {
  Sums sums{run.measured_seconds, run.planned, run.answered, run.errors.total(), {}};
  for (const auto& server : run.servers) sums.cpu_seconds.push_back(server.cpu_seconds);
  return figures(run, sums, run.latency);
}

Resampler::Resampler(const RunResult& run) : run_(run) {
  // The last entry is rarely a whole one.
  const auto end = std::floor(run.planned_seconds / run.step_seconds) * run.step_seconds;
  for (const auto& second : run.seconds) {
    if (second.at >= end) break;
    Point point{&second, {}};
    for (const auto& server : run.servers) {
      double cpu = 0;
      for (const auto& sample : server.samples) {
        if (sample.at >= second.at && sample.at < second.at + run.step_seconds) {
          cpu += sample.cpu_cores;  // a sample a second
        }
      }
      point.cpu_seconds.push_back(cpu);
    }
    points_.push_back(std::move(point));
  }
}

std::vector<double> Resampler::draw(std::mt19937_64& random) const {
  const std::size_t count = points_.size();
  // Blocks of the cube root: long enough for neighbours, short enough to be many.
  const auto block = static_cast<std::size_t>(std::ceil(std::cbrt(static_cast<double>(count))));
  Sums sums;
  sums.cpu_seconds.resize(run_.servers.size());
  Histogram latency;
  for (std::size_t drawn = 0; drawn < count;) {
    const std::size_t start = random() % count;
    for (std::size_t i = 0; i < block && drawn < count; ++i, ++drawn) {
      const auto& [second, cpu] = points_[(start + i) % count];
      sums.seconds += run_.step_seconds;
      sums.due += second->due;
      sums.answered += second->answered;
      sums.errors += second->errors;
      for (std::size_t server = 0; server < cpu.size(); ++server) {
        sums.cpu_seconds[server] += cpu[server];
      }
      latency.add(second->latency);
    }
  }
  std::vector<double> values;
  for (const auto& figure : figures(run_, sums, latency)) values.push_back(figure.value);
  return values;
}

}  // namespace waymark::loadtest
