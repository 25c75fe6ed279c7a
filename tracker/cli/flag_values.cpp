#include "common/error.hpp"
#include "tracker/api/times.hpp"
#include "tracker/cli/commands.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>

namespace waymark::cli {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && !text.empty() ? std::optional{value} : std::nullopt;
}

}  // namespace

std::int64_t number_of(std::string_view flag, std::string_view text, std::int64_t min,
                       std::int64_t max) {
  const auto value = integer(text);
  if (!value || *value < min || *value > max) {
    throw StartupError(exit_code::usage,
                       fmt::format("{}: '{}' is not a number from {} to {}", flag, text, min, max));
  }
  return *value;
}

std::int64_t moment_of(std::string_view flag, std::string_view text) {
  if (const auto unix_ms = tracker::parse_time_ms(text)) {
    return static_cast<std::int64_t>(*unix_ms / 1000);
  }
  throw StartupError(exit_code::usage,
                     fmt::format("{}: '{}' is no moment: use 2026-01-31, 2026-01-31T12:00:00Z or "
                                 "unix seconds",
                                 flag, text));
}

std::string text_of_file(std::string_view flag, const std::string& file) {
  constexpr std::size_t bytes_max = 1024 * 1024;
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) {
      throw StartupError(exit_code::usage,
                         fmt::format("{}: cannot read {}: {}", flag, file, std::strerror(errno)));
    }
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text(bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > bytes_max) {
    throw StartupError(exit_code::usage, fmt::format("{}: {} is longer than 1 MiB", flag, file));
  }
  return text;
}

}  // namespace waymark::cli
