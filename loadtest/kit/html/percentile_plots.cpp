#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/html/markup.hpp"
#include "loadtest/kit/html/plots.hpp"
#include "loadtest/kit/html/svg_plot.hpp"
#include "loadtest/kit/summary.hpp"

#include <fmt/format.h>

#include <cmath>

namespace waymark::loadtest::html {
namespace {

struct Named {
  std::string name;
  const Histogram* histogram;
};

std::string whole_duration(double ns) {
  return duration_text(ns);
}

std::string duration_at(const Histogram& histogram, double quantile) {
  return duration_text(static_cast<double>(histogram.at(quantile)));
}

// x is 1/(1-q): each nine takes as much room as the one before.
Plot percentile_plot(const std::vector<Named>& all) {
  constexpr int steps = 80;
  constexpr double nines = 4;
  Plot plot;
  plot.x = {
      1,
      1e4,
      true,
      {{1, "0 %"}, {2, "50 %"}, {10, "90 %"}, {100, "99 %"}, {1e3, "99.9 %"}, {1e4, "99.99 %"}}};
  double low = 1e13;
  double high = 1;
  for (const auto& [name, histogram] : all) {
    Line line{name, {}};
    for (int i = 0; i <= steps; ++i) {
      const double x = std::pow(10, nines * i / steps);
      const auto y = static_cast<double>(histogram->at(1 - 1 / x));
      line.points.emplace_back(x, y);
      low = std::min(low, y);
      high = std::max(high, y);
    }
    plot.lines.push_back(std::move(line));
  }
  plot.y = logarithmic_axis(low, high, whole_duration);
  for (int i = 0; i <= steps; ++i) {
    const double x = std::pow(10, nines * i / steps);
    auto text = fmt::format("{:.6g} %", 100 * (1 - 1 / x));
    for (const auto& [name, histogram] : all) {
      text += fmt::format("\n{} {}", name, duration_at(*histogram, 1 - 1 / x));
    }
    plot.readouts.push_back({x, text});
  }
  return plot;
}

std::string percentile_table(const std::vector<Named>& all) {
  std::vector<std::vector<std::string>> rows{{"percentile"}};
  for (const auto& [name, histogram] : all) rows[0].push_back(name);
  for (const auto& [percentile, quantile] : percentiles_shown) {
    auto& row = rows.emplace_back(1, std::string{percentile});
    for (const auto& [name, histogram] : all) {
      row.push_back(duration_at(*histogram, quantile) +
                    (enough_samples(histogram->count(), quantile) ? "" : " *"));
    }
  }
  std::vector<std::string> slowest{"max"};
  std::vector<std::string> mean{"mean"};
  for (const auto& [name, histogram] : all) {
    slowest.push_back(duration_text(static_cast<double>(histogram->max())));
    mean.push_back(duration_text(histogram->mean()));
  }
  rows.push_back(std::move(slowest));
  rows.push_back(std::move(mean));
  return table(rows) + "<p class=note>* fewer than 10 samples lie beyond</p>\n";
}

std::string bar(const ClickTruth& clicks) {
  const auto whole = static_cast<double>(std::max<std::uint64_t>(clicks.answered, 1));
  const auto once = clicks.stored - std::min(clicks.stored, clicks.twice);
  std::string text = "<div class=bar role=img aria-label=\"" + escaped(clicks_text(clicks)) + "\">";
  for (const auto& [name, count] : {std::pair{"once", once}, std::pair{"twice", clicks.twice},
                                    std::pair{"missing", clicks.missing}}) {
    if (count == 0) continue;
    text +=
        fmt::format("<span class={} style=\"flex-grow:{:.6f}\" title=\"{} {}\"></span>", name,
                    std::max(static_cast<double>(count) / whole, 0.005), name, count_text(count));
  }
  return text + "</div>\n";
}

}  // namespace

std::string percentile_section(const RunResult& result) {
  if (result.latency.count() == 0) return {};
  const std::vector<Named> all{{"latency", &result.latency}, {"service", &result.service}};
  auto plot = percentile_plot(all);
  plot.title = "Latency percentiles";
  plot.summary =
      fmt::format("p50 {}, p99 {}, p99.99 {}", duration_at(result.latency, 0.5),
                  duration_at(result.latency, 0.99), duration_at(result.latency, 0.9999));
  return "<section><h2>Latency percentiles</h2>\n<p class=note>Latency counts from when a request "
         "was "
         "due, service from when it was sent.</p>\n" +
         svg_plot(plot) + percentile_table(all) + "</section>\n";
}

std::string click_section(const RunResult& result) {
  if (!result.clicks) return {};
  const auto& clicks = *result.clicks;
  auto text =
      fmt::format("<section><h2>Clicks: answered and {}</h2>\n", found_word(clicks)) + bar(clicks) +
      fmt::format(
          "<ul class=legend><li><span class=\"key once\"></span> {0} once</li>"
          "<li><span class=\"key twice\"></span> {0} twice</li>"
          "<li><span class=\"key missing\"></span> missing</li></ul>\n",
          found_word(clicks)) +
      table({{"answered", std::string{found_word(clicks)}, "missing", "twice", "late",
              "other traffic"},
             {count_text(clicks.answered), count_text(clicks.stored), count_text(clicks.missing),
              count_text(clicks.twice), count_text(clicks.late), count_text(clicks.unexpected)}});
  if (clicks.not_reconciled != 0) {
    text += fmt::format("<p>{}</p>\n", escaped(not_reconciled_text(clicks)));
  }
  if (!clicks.missing_ids.empty()) {
    text += fmt::format("<p>Missing: <code>{}</code></p>\n",
                        escaped(fmt::format("{}", fmt::join(clicks.missing_ids, " "))));
  }
  if (clicks.latency.count() != 0) {
    const auto to_row = fmt::format("answer to {}", row_word(clicks));
    const std::vector<Named> all{{to_row, &clicks.latency}};
    auto plot = percentile_plot(all);
    plot.title = "Time from " + to_row;
    plot.summary = fmt::format("p99 {}", duration_at(clicks.latency, 0.99));
    text += "<h3>From " + to_row + "</h3>\n<p class=note>" + escaped(clicks.latency_source) +
            "</p>\n" + svg_plot(plot) + percentile_table(all);
  }
  return text + "</section>\n";
}

}  // namespace waymark::loadtest::html
