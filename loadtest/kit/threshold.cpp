#include "loadtest/kit/threshold.hpp"

#include "common/error.hpp"
#include "loadtest/kit/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace waymark::loadtest {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit duration_units[] = {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
constexpr Unit count_units[] = {{"", 1}, {"%", 0.01}};
constexpr Unit rate_units[] = {{"", 1}, {"k", 1e3}, {"/s", 1}, {"k/s", 1e3}};

constexpr std::pair<std::string_view, Comparison> comparisons[] = {
    {"<=", Comparison::less_or_equal}, {">=", Comparison::greater_or_equal},
    {"==", Comparison::equal},         {"<", Comparison::less},
    {">", Comparison::greater},        {"=", Comparison::equal}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Reads one threshold, a part of `whole`: places are told in the whole.
class Parser {
 public:
  Parser(std::string_view whole, std::string_view part) : whole_(whole), part_(part) {}

  Threshold parse() const {
    const auto at = part_.find_first_of("<>=");
    if (at == std::string_view::npos || trimmed(part_).empty()) {
      refuse(part_, "has no comparison; write for example p99<2ms,errors<0.01%");
    }
    Threshold made;
    const auto metric = trimmed(part_.substr(0, at));
    const auto kind = kind_of_metric(metric);
    if (!kind) refuse(metric, fmt::format("is no metric; known are {}", known_metrics()));
    made.metric = metric;
    made.kind = *kind;
    const auto [sign, comparison] =
        *std::find_if(std::begin(comparisons), std::end(comparisons),
                      [&](const auto& each) { return part_.substr(at).starts_with(each.first); });
    made.comparison = comparison;
    const auto value = trimmed(part_.substr(at + sign.size()));
    read_value(value, made);
    made.expression = fmt::format("{}{}{}", metric, sign, value);
    return made;
  }

 private:
  void read_value(std::string_view text, Threshold& made) const {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || number < 0) refuse(text, "is no number from 0");
    const auto unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
    const auto units = units_of(made.kind);
    const auto known = std::find_if(units.begin(), units.end(),
                                    [unit](const Unit& each) { return each.name == unit; });
    if (known == units.end()) refuse(text, wanted_unit(made.kind));
    made.value = number * known->factor;
    made.is_share = unit == "%";
  }

  static std::span<const Unit> units_of(MetricKind kind) {
    switch (kind) {
      case MetricKind::duration:
        return duration_units;
      case MetricKind::rate:
        return rate_units;
      case MetricKind::count:
        break;
    }
    return count_units;
  }

  static std::string_view wanted_unit(MetricKind kind) {
    switch (kind) {
      case MetricKind::duration:
        return "needs a unit: us, ms or s";
      case MetricKind::rate:
        return "is no rate: write answers a second, 20000 or 20k";
      case MetricKind::count:
        break;
    }
    return "is neither a number nor a share in %";
  }

  [[noreturn]] void refuse(std::string_view what, std::string_view why) const {
    throw StartupError(exit_code::usage,
                       fmt::format("--require: at character {} of '{}': '{}' {}",
                                   what.data() - whole_.data() + 1, whole_, what, why));
  }

  std::string_view whole_;
  std::string_view part_;
};

bool holds(double measured, Comparison comparison, double wanted) {
  switch (comparison) {
    case Comparison::less:
      return measured < wanted;
    case Comparison::less_or_equal:
      return measured <= wanted;
    case Comparison::greater:
      return measured > wanted;
    case Comparison::greater_or_equal:
      return measured >= wanted;
    case Comparison::equal:
      break;
  }
  return measured == wanted;
}

std::string measured_text(const Threshold& threshold, const Measured& measured, double share) {
  switch (threshold.kind) {
    case MetricKind::duration:
      return duration_text(measured.value);
    case MetricKind::rate:
      return rate_text(measured.value);
    case MetricKind::count:
      break;
  }
  const auto count = count_text(static_cast<std::uint64_t>(measured.value));
  return threshold.is_share ? fmt::format("{} ({})", share_text(share), count) : count;
}

}  // namespace

std::vector<Threshold> parse_thresholds(std::string_view text) {
  std::vector<Threshold> thresholds;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    thresholds.push_back(Parser{text, text.substr(start, end - start)}.parse());
    start = end + 1;
  }
  return thresholds;
}

void judge(RunResult& result, std::span<const Threshold> thresholds) {
  result.verdict.thresholds.clear();
  for (const auto& threshold : thresholds) {
    auto& judged = result.verdict.thresholds.emplace_back();
    judged.expression = threshold.expression;
    const auto [measured, why_not] = measure(result, threshold.metric);
    if (!measured) {
      judged.value = why_not;
      continue;
    }
    const double share = measured->of > 0 ? measured->value / measured->of : 0;
    judged.value = measured_text(threshold, *measured, share);
    judged.passed =
        holds(threshold.is_share ? share : measured->value, threshold.comparison, threshold.value);
  }
}

int exit_code_of(const Verdict& verdict) noexcept {
  if (verdict.generator_limited) return exit_code::generator_limited;
  return verdict.thresholds_met() ? exit_code::ok : exit_code::thresholds_not_met;
}

}  // namespace waymark::loadtest
