#include "redirect/agents/pattern_set.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace waymark::redirect {
namespace {

re2::RE2::Options options_with(std::size_t memory_bytes_max) {
  re2::RE2::Options options;
  // Agents are bytes: what is not UTF-8 matches all the same.
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(memory_bytes_max));
  return options;
}

}  // namespace

PatternSet::PatternSet(std::size_t memory_bytes_max)
    : set_(options_with(memory_bytes_max), re2::RE2::UNANCHORED) {}

std::string PatternSet::add(std::string_view pattern) {
  std::string problem;
  if (set_.Add({pattern.data(), pattern.size()}, &problem) < 0) return problem;
  ++count_;
  return {};
}

std::optional<std::size_t> PatternSet::find(std::string_view text) const {
  std::vector<int> matches;
  if (count_ == 0 || !set_.Match({text.data(), text.size()}, &matches)) return std::nullopt;
  return static_cast<std::size_t>(*std::ranges::min_element(matches));
}

}  // namespace waymark::redirect
