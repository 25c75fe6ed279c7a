#include "redirect/decide/consent.hpp"

#include "common/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace waymark::redirect {
namespace {

constexpr std::string_view refusals[] = {"0",      "false",    "no",      "off",     "none",
                                         "deny",   "denied",   "dismiss", "decline", "declined",
                                         "reject", "rejected", "refuse",  "refused"};

constexpr bool is_word_octet(char c) noexcept {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

bool is_refusal(std::string_view word) noexcept {
  return std::ranges::any_of(
      refusals, [&](std::string_view refusal) { return equal_ignoring_case(word, refusal); });
}

// Escaped octets part words as the punctuation does that they stand for.
std::size_t gap_bytes(std::string_view text) noexcept {
  if (text.front() == '%') return std::min<std::size_t>(3, text.size());
  return is_word_octet(text.front()) ? 0 : 1;
}

}  // namespace

bool tells_consent(std::string_view value) noexcept {
  bool any_word = false;
  while (!value.empty()) {
    if (const std::size_t gap = gap_bytes(value); gap > 0) {
      value.remove_prefix(gap);
      continue;
    }
    const auto end = std::ranges::find_if_not(value, is_word_octet);
    const std::string_view word{value.begin(), end};
    if (is_refusal(word)) return false;
    any_word = true;
    value.remove_prefix(word.size());
  }
  return any_word;
}

}  // namespace waymark::redirect
