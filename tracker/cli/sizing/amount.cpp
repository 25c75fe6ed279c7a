#include "tracker/cli/sizing/amount.hpp"

#include "common/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace waymark::cli {
namespace {

constexpr std::string_view suffixes = "kMGT";

std::optional<double> parse(std::string_view text) {
  double scale = 1;
  if (!text.empty()) {
    const auto suffix = suffixes.find(text.back());
    if (suffix != std::string_view::npos) {
      scale = std::pow(1'000, suffix + 1);
      text.remove_suffix(1);
    }
  }
  double value = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, value);
  if (error != std::errc{} || end != text_end || !std::isfinite(value)) return {};
  return value * scale;
}

// The number with three digits, and how often it was divided by `step`.
template <std::size_t Units>
std::string scaled(double value, double step, const std::array<std::string_view, Units>& units) {
  std::size_t unit = 0;
  while (value >= step && unit + 1 < Units) {
    value /= step;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 100 ? 0 : 1;
  return fmt::format("{:.{}f}{}", value, decimals, units[unit]);
}

}  // namespace

double amount_of(std::string_view flag, std::string_view text, double max) {
  const auto value = parse(text);
  if (!value || !(*value > 0) || *value > max) {
    throw StartupError(exit_code::usage,
                       fmt::format("{}: '{}' is no number up to {}; write 1500, 2.5k, 50M or 1G",
                                   flag, text, count_text(max)));
  }
  return *value;
}

std::string count_text(double count) {
  return scaled<5>(count, 1'000, {"", "k", "M", "G", "T"});
}

std::string bytes_text(double bytes) {
  return scaled<6>(bytes, 1'024, {" B", " KiB", " MiB", " GiB", " TiB", " PiB"});
}

}  // namespace waymark::cli
