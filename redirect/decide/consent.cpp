#include "redirect/decide/consent.hpp"

#include "common/ascii.hpp"
#include "common/limits.hpp"
#include "common/percent.hpp"

#include <algorithm>
#include <cstddef>

namespace waymark::redirect {
namespace {

// Consent tools that keep lists, and what stands for us in them: the purpose by its usual name, or
// a service that the operator registers with the tool.
constexpr ConsentQuestion known_tools[] = {{"CookieConsent", "marketing"},  // Cookiebot
                                           {"OptanonConsent", "C0004"},     // OneTrust: targeting
                                           {"cookieyes-consent", "advertisement"},
                                           {"tarteaucitron", "waymark"},
                                           {"klaro", "waymark"}};

constexpr std::string_view yes_words[] = {"1",      "true",    "yes",    "on",       "all",
                                          "allow",  "allowed", "accept", "accepted", "agree",
                                          "agreed", "grant",   "granted"};

constexpr std::string_view quotes_and_blanks = " \t\"'\\";

// What names and words are made of. Other scripts count as well: a name that ends like ours is not
// ours.
constexpr bool is_name_octet(char c) noexcept {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_yes(std::string_view word) noexcept {
  return std::ranges::any_of(yes_words,
                             [&](std::string_view yes) { return equal_ignoring_case(word, yes); });
}

void skip_quotes_and_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(quotes_and_blanks), text.size()));
}

std::string_view bare(std::string_view text) noexcept {
  skip_quotes_and_blanks(text);
  return text.substr(0, text.find_last_not_of(quotes_and_blanks) + 1);
}

// `before` may end with `no` of a purpose `no marketing`.
bool begins_a_name(std::string_view before) noexcept {
  const std::size_t last = before.find_last_not_of(quotes_and_blanks);
  return last == std::string_view::npos || !is_name_octet(before[last]);
}

// Takes the sign between a name and its value off the front, if there is one.
bool take_sign(std::string_view& rest) noexcept {
  skip_quotes_and_blanks(rest);
  if (!rest.starts_with(':') && !rest.starts_with('=')) return false;
  rest.remove_prefix(1);
  skip_quotes_and_blanks(rest);
  return true;
}

bool agrees_to(std::string_view purpose, std::string_view list) noexcept {
  bool agreed = false;
  for (std::size_t at = 0; (at = list.find(purpose, at)) != std::string_view::npos;) {
    const bool begins = begins_a_name(list.substr(0, at));
    at += purpose.size();
    std::string_view rest = list.substr(at);
    if (!begins || !take_sign(rest)) continue;
    const auto end = std::ranges::find_if_not(rest, is_name_octet);
    if (!is_yes({rest.begin(), end})) return false;
    agreed = true;
  }
  return agreed;
}

}  // namespace

ConsentQuestion consent_question(std::string_view setting) noexcept {
  if (const std::size_t colon = setting.find(':'); colon != std::string_view::npos) {
    return {setting.substr(0, colon), setting.substr(colon + 1)};
  }
  const auto* const known = std::ranges::find(known_tools, setting, &ConsentQuestion::cookie);
  return known == std::end(known_tools) ? ConsentQuestion{setting, {}} : *known;
}

bool is_consent_setting(std::string_view setting) noexcept {
  // A token of RFC 9110, as browsers keep cookies under (RFC 6265 section 4.1.1).
  static constexpr std::string_view token_marks = "!#$%&'*+^`|~";
  const auto is_token_octet = [](char c) {
    return (is_name_octet(c) && static_cast<unsigned char>(c) < 0x80) ||
           token_marks.find(c) != std::string_view::npos;
  };
  const auto [cookie, purpose] = consent_question(setting);
  // Our own cookie says nothing about consent.
  return cookie != "wm_ref" && std::ranges::all_of(cookie, is_token_octet) &&
         std::ranges::all_of(purpose, is_name_octet) && cookie.empty() == setting.empty() &&
         !setting.ends_with(':');
}

bool tells_consent(std::string_view value, std::string_view purpose) noexcept {
  char decoded[limits::header_bytes_max];
  const std::string_view text{
      decoded, static_cast<std::size_t>(write_form_decoded(value, decoded) - decoded)};
  return purpose.empty() ? is_yes(bare(text)) : agrees_to(purpose, text);
}

}  // namespace waymark::redirect
