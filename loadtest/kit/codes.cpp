#include "common/error.hpp"
#include "loadtest/kit/code_mix.hpp"
#include "loadtest/kit/mix_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace waymark::loadtest {
namespace {

constexpr std::size_t codes_max = 10'000'000;
constexpr std::string_view generated = "generated:";

std::vector<std::string> generated_codes(std::string_view number) {
  std::size_t count = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, count);
  if (error != std::errc{} || stop != end || count == 0 || count > codes_max) {
    throw StartupError(exit_code::usage,
                       fmt::format("--codes: '{}' is not a count from 1 to {}", number, codes_max));
  }
  std::vector<std::string> codes;
  codes.reserve(count);
  for (std::size_t i = 1; i <= count; ++i) codes.push_back(fmt::format("load{}", i));
  return codes;
}

bool fits_a_path(std::string_view code) {
  for (const char c : code) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> read_codes(const std::string& from) {
  if (from.starts_with(generated)) return generated_codes(from.substr(generated.size()));
  const std::string text = read_whole_file("--codes", from);
  std::string_view left = text;
  std::vector<std::string> codes;
  for (std::size_t line = 1; !left.empty(); ++line) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    std::string_view code = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    if (code.ends_with('\r')) code.remove_suffix(1);
    if (code.empty()) continue;
    if (!fits_a_path(code)) {
      throw StartupError(
          exit_code::config,
          fmt::format("--codes: {} line {}: not a code; blanks and characters beyond "
                      "ASCII must be percent-encoded",
                      from, line));
    }
    if (codes.size() == codes_max) {
      throw StartupError(exit_code::config,
                         fmt::format("--codes: {}: more than {} codes", from, codes_max));
    }
    codes.emplace_back(code);
  }
  if (codes.empty()) {
    throw StartupError(exit_code::config, fmt::format("--codes: {} holds no code", from));
  }
  return codes;
}

}  // namespace waymark::loadtest
