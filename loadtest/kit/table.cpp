#include "loadtest/kit/table.hpp"

#include "loadtest/kit/figures.hpp"
#include "loadtest/kit/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace waymark::loadtest {
namespace {

constexpr std::size_t width_max = 100;
constexpr std::size_t label_width = 13;

class Page {
 public:
  // A label and text beside it, broken at spaces.
  void entry(std::string_view label, std::string_view text) {
    bool first = true;
    while (first || !text.empty()) {
      auto length = text.size();
      if (length > width_max - label_width) {
        length = text.rfind(' ', width_max - label_width);
        if (length == std::string_view::npos) length = text.find(' ');
        length = std::min(length, text.size());
      }
      text_ += fmt::format("{:<{}}{}\n", first ? label : "", label_width, text.substr(0, length));
      text.remove_prefix(std::min(length + 1, text.size()));
      first = false;
    }
  }
  void line(std::string_view text) { text_ += fmt::format("{}\n", text); }
  void gap() { text_ += '\n'; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// "1.84 ms" or "1.84 ms*".
std::string percentile(const Histogram& histogram, double quantile) {
  return duration_text(static_cast<double>(histogram.at(quantile))) +
         (enough_samples(histogram.count(), quantile) ? "" : "*");
}

void add_verdict(Page& page, const RunResult& result) {
  page.line(outcome_text(result));
  for (const auto& reason : result.verdict.reasons) page.entry("  because", reason);
  for (const auto& note : result.verdict.notes) page.entry("  note", note);
  for (const auto& [expression, value, passed] : result.verdict.thresholds) {
    page.entry(passed ? "  met" : "  NOT MET", fmt::format("{:<20} {}", expression, value));
  }
  page.gap();
}

void add_percentiles(Page& page, const RunResult& result) {
  std::string head;
  for (const auto& [name, quantile] : percentiles_shown) head += fmt::format("{:>10}", name);
  page.entry("", head + fmt::format("{:>10}{:>10}", "max", "mean"));
  for (const auto& [label, histogram] :
       {std::pair{"latency", &result.latency}, {"service", &result.service}}) {
    std::string row;
    for (const auto& [name, quantile] : percentiles_shown) {
      row += fmt::format("{:>10}", percentile(*histogram, quantile));
    }
    page.entry(label, row + fmt::format("{:>10}{:>10}",
                                        duration_text(static_cast<double>(histogram->max())),
                                        duration_text(histogram->mean())));
  }
  page.gap();
}

void add_kinds(Page& page, const RunResult& result) {
  if (result.kinds.size() < 2) return;
  page.gap();
  page.entry("kind", fmt::format("{:<14}{:>12}{:>10}{:>10}{:>10}  {}", "", "requests", "p50", "p99",
                                 "max", "statuses"));
  for (const auto& [name, kind] : result.kinds) {
    std::vector<std::string> statuses;
    for (const auto& [status, count] : kind.statuses) {
      statuses.push_back(fmt::format("{}: {}", status, count_text(count)));
    }
    page.entry("",
               fmt::format("{:<14}{:>12}{:>10}{:>10}{:>10}  {}", name, count_text(kind.requests),
                           percentile(kind.latency, 0.5), percentile(kind.latency, 0.99),
                           duration_text(static_cast<double>(kind.latency.max())),
                           fmt::join(statuses, ", ")));
  }
  page.gap();
}

void add_clicks(Page& page, const ClickTruth& clicks) {
  page.entry("clicks", clicks_text(clicks));
  if (clicks.not_reconciled != 0) page.entry("", not_reconciled_text(clicks));
  if (!clicks.latency_source.empty())
    page.entry("", fmt::format("time of {}: {}", row_word(clicks), clicks.latency_source));
  if (!clicks.missing_ids.empty()) {
    page.entry("", fmt::format("missing: {}", fmt::join(clicks.missing_ids, " ")));
  }
}

}  // namespace

std::string final_table(const RunResult& result) {
  Page page;
  add_verdict(page, result);
  page.entry("server", result.url);
  if (!result.label.empty()) page.entry("label", result.label);
  page.entry("planned", plan_text(result));
  page.entry("achieved", achieved_text(result));
  page.gap();
  add_percentiles(page, result);
  page.entry("statuses", statuses_text(result.statuses));
  page.entry("errors", errors_text(result.errors));
  add_kinds(page, result);
  page.entry("connections", connections_text(result));
  page.entry("generator", generator_text(result));
  for (const auto& server : result.servers) page.entry(server.name, server_text(server));
  if (result.clicks) add_clicks(page, *result.clicks);
  for (const auto& event : result.chaos) page.entry("chaos", chaos_text(event));
  const auto notes = cautions(result);
  if (!notes.empty()) page.gap();
  for (const auto& note : notes) page.entry("note", note);
  return page.take();
}

}  // namespace waymark::loadtest
