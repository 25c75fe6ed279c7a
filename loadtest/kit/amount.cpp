#include "loadtest/kit/amount.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace waymark::loadtest {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// A number with one of the units behind it.
std::optional<double> number_with_unit(std::string_view text, std::span<const Unit> units) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  const std::string_view rest{stop, static_cast<std::size_t>(end - stop)};
  for (const Unit& unit : units) {
    if (rest == unit.name) return value * unit.factor;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, std::string_view form) {
  throw StartupError(exit_code::usage, fmt::format("{}: '{}' is not {}", what, text, form));
}

}  // namespace

std::chrono::nanoseconds parse_duration(std::string_view what, std::string_view text) {
  constexpr std::array<Unit, 5> units{
      {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  constexpr double longest = 86'400e9;
  const auto value = number_with_unit(text, units);
  if (!value || *value < 1 || *value > longest) {
    refuse(what, text, "a duration up to 24h, such as 500ms, 10s or 2m");
  }
  return std::chrono::nanoseconds{std::llround(*value)};
}

double parse_rate(std::string_view what, std::string_view text) {
  constexpr std::array<Unit, 3> units{{{"", 1}, {"k", 1e3}, {"M", 1e6}}};
  const auto value = number_with_unit(text, units);
  if (!value || *value < 0 || *value > 10e6) {
    refuse(what, text, "a rate in requests a second up to 10M, such as 200 or 1.5k");
  }
  return *value;
}

double parse_share(std::string_view what, std::string_view text) {
  constexpr std::array<Unit, 2> units{{{"%", 0.01}, {"", 1}}};
  const auto value = number_with_unit(text, units);
  if (!value || *value < 0 || *value > 1) {
    refuse(what, text, "a share from 0 to 100%, such as 2% or 0.02");
  }
  return *value;
}

}  // namespace waymark::loadtest
