// Figures as people read them, in tables, messages and pages.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::loadtest {

// The percentiles that results show, by the names that thresholds use.
inline constexpr std::array<std::pair<std::string_view, double>, 5> percentiles_shown{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};

// A percentile is believed when about ten samples lie beyond it.
bool enough_samples(std::uint64_t count, double quantile) noexcept;

std::string duration_text(double ns);  // three digits: "812 ns", "84.2 us", "1.84 ms", "12.0 s"
std::string count_text(std::uint64_t count);  // "1,234,567"
std::string rate_text(double per_second);     // "19,998/s", "0.52/s"
std::string share_text(double share);         // of 1: "0.013 %", "12.5 %", "0 %"
std::string bytes_text(double bytes);         // "1.25 MiB"

}  // namespace waymark::loadtest
