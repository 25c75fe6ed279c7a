#include "loadtest/kit/metric.hpp"

#include "loadtest/kit/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace waymark::loadtest {
namespace {

struct CountMetric {
  std::string_view name;
  Measured (*of)(const RunResult&);
};
struct ClickMetric {
  std::string_view name;
  std::uint64_t ClickTruth::*member;
};

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

constexpr CountMetric count_metrics[] = {
    {"errors",
     [](const RunResult& r) {
       return Measured{number(r.errors.total()), number(r.planned)};
     }},
    {"unfinished",
     [](const RunResult& r) {
       return Measured{number(r.unfinished), number(r.planned)};
     }},
    {"late",
     [](const RunResult& r) {
       return Measured{number(r.late_sends), number(r.sent)};
     }},
};
constexpr ClickMetric click_metrics[] = {{"missing", &ClickTruth::missing},
                                         {"twice", &ClickTruth::twice},
                                         {"late_clicks", &ClickTruth::late}};
constexpr std::string_view status_prefix = "status_";

// "p99.9" is 0.999; "mean" and "max" are handled apart.
std::optional<double> quantile_of(std::string_view name) {
  if (name.size() < 2 || name.front() != 'p') return std::nullopt;
  double percent = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] =
      std::from_chars(name.data() + 1, end, percent, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !(percent > 0 && percent < 100)) return std::nullopt;
  return percent / 100;
}

struct DurationMetric {
  enum class Of { latency, service, clicks } of;
  std::string_view statistic;  // "p99", "mean", "max"
};

std::optional<DurationMetric> duration_of(std::string_view name) {
  using enum DurationMetric::Of;
  DurationMetric metric{latency, name};
  for (const auto& [prefix, of] : {std::pair{std::string_view{"service_"}, service},
                                   std::pair{std::string_view{"click_"}, clicks}}) {
    if (name.starts_with(prefix)) metric = {of, name.substr(prefix.size())};
  }
  const bool known =
      metric.statistic == "mean" || metric.statistic == "max" || quantile_of(metric.statistic);
  return known ? std::optional{metric} : std::nullopt;
}

// "404" or "5xx".
bool is_status(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() == 3 && text[0] >= '1' && text[0] <= '9' &&
         (text.substr(1) == "xx" || (digit(text[1]) && digit(text[2])));
}

Measured count_status(const RunResult& result, std::string_view status) {
  std::uint64_t count = 0;
  for (const auto& [each, times] : result.statuses) {
    const std::string text = std::to_string(each);
    if (text == status || (status.ends_with("xx") && text[0] == status[0])) count += times;
  }
  return {number(count), number(result.answered)};
}

constexpr const char* no_clicks = "clicks were not reconciled";

// Clicks that nobody looked for may be missing: no count of the others proves anything.
Measurement measure_clicks(const std::optional<ClickTruth>& clicks,
                           std::uint64_t ClickTruth::*member) {
  if (!clicks) return {{}, no_clicks};
  const auto count = (*clicks).*member;
  if (clicks->not_reconciled > 0) {
    return {{},
            fmt::format("at least {}: {} clicks more were not reconciled", count_text(count),
                        count_text(clicks->not_reconciled))};
  }
  if (!clicks->incomplete.empty()) {
    return {{}, fmt::format("{} in what was looked at: {}", count_text(count), clicks->incomplete)};
  }
  return {Measured{number(count), number(clicks->answered)}, {}};
}

Measurement measure_duration(const RunResult& result, const DurationMetric& metric) {
  using enum DurationMetric::Of;
  if (metric.of == clicks && !result.clicks) return {{}, no_clicks};
  const Histogram& histogram = metric.of == latency   ? result.latency
                               : metric.of == service ? result.service
                                                      : result.clicks->latency;
  if (histogram.count() == 0)
    return {{}, metric.of == clicks ? "no times of clicks" : "no answers"};
  if (metric.statistic == "mean") return {Measured{histogram.mean()}, {}};
  if (metric.statistic == "max") return {Measured{number(histogram.max())}, {}};
  return {Measured{number(histogram.at(*quantile_of(metric.statistic)))}, {}};
}

}  // namespace

std::optional<MetricKind> kind_of_metric(std::string_view name) {
  if (name == "rate") return MetricKind::rate;
  if (duration_of(name)) return MetricKind::duration;
  const auto named = [name](const auto& each) { return each.name == name; };
  const bool is_count =
      std::any_of(std::begin(count_metrics), std::end(count_metrics), named) ||
      std::any_of(std::begin(click_metrics), std::end(click_metrics), named) ||
      (name.starts_with(status_prefix) && is_status(name.substr(status_prefix.size())));
  return is_count ? std::optional{MetricKind::count} : std::nullopt;
}

std::string known_metrics() {
  return "p50, p90, p99, p99.9, p99.99 and other percentiles, mean, max, service_p99, click_p99, "
         "rate, errors, unfinished, late, status_404, status_5xx, missing, twice, late_clicks";
}

Measurement measure(const RunResult& result, std::string_view name) {
  if (name == "rate") {
    if (result.measured_seconds <= 0) return {{}, "no time was measured"};
    return {Measured{result.rate()}, {}};
  }
  if (const auto metric = duration_of(name)) return measure_duration(result, *metric);
  if (result.planned == 0) return {{}, "no requests"};
  for (const auto& each : count_metrics) {
    if (each.name == name) return {each.of(result), {}};
  }
  for (const auto& each : click_metrics) {
    if (each.name == name) return measure_clicks(result.clicks, each.member);
  }
  return {count_status(result, name.substr(status_prefix.size())), {}};
}

}  // namespace waymark::loadtest
