#include "loadtest/kit/figures.hpp"

#include <fmt/format.h>

#include <cmath>

namespace waymark::loadtest {
namespace {

// Three significant digits, never in exponent form.
std::string three_digits(double value) {
  const double size = std::abs(value);
  if (size >= 99.95) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

}  // namespace

bool enough_samples(std::uint64_t count, double quantile) noexcept {
  return static_cast<double>(count) * (1 - quantile) >= 10 - 1e-6;
}

std::string duration_text(double ns) {
  if (ns < 999.5) return fmt::format("{:.0f} ns", ns);
  if (ns < 999.5e3) return three_digits(ns / 1e3) + " us";
  if (ns < 999.5e6) return three_digits(ns / 1e6) + " ms";
  return three_digits(ns / 1e9) + " s";
}

std::string count_text(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string rate_text(double per_second) {
  if (per_second < 99.95) return three_digits(per_second) + "/s";
  return count_text(static_cast<std::uint64_t>(std::llround(per_second))) + "/s";
}

std::string share_text(double share) {
  const double percent = share * 100;
  if (percent == 0) return "0 %";
  if (percent < 0.0001) return "< 0.0001 %";
  if (percent < 0.01) return fmt::format("{:.4f} %", percent);
  if (percent < 1) return fmt::format("{:.3f} %", percent);
  return three_digits(percent) + " %";
}

std::string bytes_text(double bytes) {
  constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1023.5 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes)
                   : fmt::format("{} {}", three_digits(bytes), units[unit]);
}

}  // namespace waymark::loadtest
