#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/html/markup.hpp"
#include "loadtest/kit/html/plots.hpp"
#include "loadtest/kit/html/svg_plot.hpp"
#include "loadtest/kit/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::loadtest::html {
namespace {

std::string seconds_tick(double seconds) {
  return fmt::format("{:g} s", seconds);
}
std::string duration_tick(double ns) {
  return duration_text(ns);
}
std::string rate_tick(double rate) {
  return rate >= 1000 ? fmt::format("{:g}k/s", rate / 1000) : fmt::format("{:g}/s", rate);
}
std::string cores_tick(double cores) {
  return fmt::format("{:.2g}", cores);
}
constexpr double mib = 1024 * 1024;
std::string mib_tick(double amount) {
  return fmt::format("{:.3g} MiB", amount);
}

Plot over_time(const RunResult& result, std::string title) {
  Plot plot;
  plot.title = std::move(title);
  double end = result.planned_seconds;
  for (const auto& second : result.seconds)
    end = std::max(end, static_cast<double>(second.at + result.step_seconds));
  plot.x = linear_axis(end, seconds_tick);
  plot.x.high = end;
  std::erase_if(plot.x.ticks, [end](const Tick& tick) { return tick.at > end; });
  for (const auto& event : result.chaos)
    plot.bands.push_back({event.at, event.until, chaos_text(event)});
  return plot;
}

// A column of the series: its name, its value and how it is written.
struct Column {
  std::string name;
  double (*of)(const Second&, double step);
};

std::string time_section(const RunResult& result, Plot plot, const std::vector<Column>& columns,
                         std::string (*text)(double)) {
  const double step = result.step_seconds;
  std::vector<std::vector<std::string>> rows{{"second"}};
  for (const auto& column : columns) {
    Line line{column.name, {}};
    for (const auto& second : result.seconds) {
      line.points.emplace_back(second.at + step / 2, column.of(second, step));
    }
    plot.lines.push_back(std::move(line));
    rows[0].push_back(column.name);
  }
  for (const auto& second : result.seconds) {
    auto& row = rows.emplace_back(1, std::to_string(second.at));
    auto readout = fmt::format("{} s", second.at);
    for (const auto& column : columns) {
      row.push_back(text(column.of(second, step)));
      readout += fmt::format("\n{} {}", column.name, row.back());
    }
    plot.readouts.push_back({second.at + step / 2, readout});
  }
  return "<section><h2>" + plot.title + "</h2>\n" + svg_plot(plot) + folded_table(rows) +
         "</section>\n";
}

// One figure of each server.
std::string usage_section(const RunResult& result, const std::string& title,
                          double (*of)(const UsageSample&), std::string (*tick)(double)) {
  auto plot = over_time(result, title);
  double highest = 0;
  std::vector<std::vector<std::string>> rows{{"server", "mean", "most"}};
  constexpr std::size_t lines_max = 4;
  for (const auto& server : result.servers) {
    if (server.samples.empty()) continue;
    Line line{server.name, {}};
    double sum = 0;
    double most = 0;
    for (const auto& sample : server.samples) {
      const double value = of(sample);
      line.points.emplace_back(sample.at, value);
      sum += value;
      most = std::max(most, value);
    }
    highest = std::max(highest, most);
    const double mean = sum / static_cast<double>(server.samples.size());
    rows.push_back({server.name, tick(mean), tick(most)});
    if (plot.lines.size() < lines_max) plot.lines.push_back(std::move(line));
  }
  if (plot.lines.empty()) return {};
  plot.y = linear_axis(highest, tick);
  return "<section><h2>" + title + "</h2>\n" + svg_plot(plot) + table(rows) + "</section>\n";
}

double per_second(std::uint64_t count, double step) {
  return static_cast<double>(count) / step;
}

}  // namespace

std::string latency_over_time(const RunResult& result) {
  if (result.latency.count() == 0) return {};
  auto plot = over_time(result, "Latency over time");
  double low = 1e13;
  double high = 1;
  for (const auto& second : result.seconds) {
    if (second.answered == 0) continue;
    low = std::min(low, static_cast<double>(second.p50_ns));
    high = std::max(high, static_cast<double>(second.max_ns));
  }
  plot.y = logarithmic_axis(low, high, duration_tick);
  plot.summary = fmt::format("slowest answer {}", duration_text(high));
  return time_section(
      result, std::move(plot),
      {{"p50", [](const Second& s, double) { return static_cast<double>(s.p50_ns); }},
       {"p90", [](const Second& s, double) { return static_cast<double>(s.p90_ns); }},
       {"p99", [](const Second& s, double) { return static_cast<double>(s.p99_ns); }},
       {"max", [](const Second& s, double) { return static_cast<double>(s.max_ns); }}},
      duration_tick);
}

std::string rate_over_time(const RunResult& result) {
  if (result.seconds.empty()) return {};
  auto plot = over_time(result, "Requests over time");
  double high = 0;
  for (const auto& second : result.seconds) {
    const auto most = std::max({second.due, second.sent, second.answered, second.errors});
    high = std::max(high, per_second(most, result.step_seconds));
  }
  plot.y = linear_axis(high, rate_tick);
  plot.summary = achieved_text(result);
  return time_section(
      result, std::move(plot),
      {{"due", [](const Second& s, double step) { return per_second(s.due, step); }},
       {"sent", [](const Second& s, double step) { return per_second(s.sent, step); }},
       {"answered", [](const Second& s, double step) { return per_second(s.answered, step); }},
       {"errors", [](const Second& s, double step) { return per_second(s.errors, step); }}},
      rate_text);
}

std::string server_sections(const RunResult& result) {
  return usage_section(
             result, "CPU of servers, in cores", [](const UsageSample& s) { return s.cpu_cores; },
             cores_tick) +
         usage_section(
             result, "Resident memory of servers",
             [](const UsageSample& s) { return static_cast<double>(s.rss_bytes) / mib; }, mib_tick);
}

std::string status_section(const RunResult& result) {
  if (result.statuses.empty()) return {};
  std::uint64_t all = 0;
  for (const auto& [status, count] : result.statuses) all += count;
  std::string bars = "<div class=statuses>";
  for (const auto& [status, count] : result.statuses) {
    const double share = static_cast<double>(count) / static_cast<double>(all);
    bars += fmt::format(
        "<b>{}</b><span class=track><span class=\"fill c{}\" style=\"width:{:.3f}%\"></span></span>"
        "<span>{} ({})</span>\n",
        status, status / 100, std::max(share * 100, 0.2), count_text(count), share_text(share));
  }
  return "<section><h2>Status codes</h2>\n" + bars +
         "</div>\n<p>Errors: " + escaped(errors_text(result.errors)) + "</p></section>\n";
}

}  // namespace waymark::loadtest::html
