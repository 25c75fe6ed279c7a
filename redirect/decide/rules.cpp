#include "redirect/decide/rules.hpp"

#include "common/limits.hpp"
#include "redirect/decide/query.hpp"

#include <xxhash.h>

#include <algorithm>
#include <span>

namespace waymark::redirect {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// Thousandths; 0 for what is no qvalue of RFC 9110 section 12.4.2.
unsigned quality_of(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  unsigned quality = text[0] == '1' ? 1'000 : 0;
  unsigned place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') return 0;
    quality += place * static_cast<unsigned>(digit - '0');
    place /= 10;
  }
  return quality > 1'000 ? 0 : quality;
}

struct LanguageRange {
  std::string_view tag;
  unsigned quality = 1'000;

  std::string_view language() const noexcept { return tag.substr(0, tag.find('-')); }
};

LanguageRange range_of(std::string_view text) noexcept {
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  LanguageRange range{trimmed(text.substr(0, semicolon))};
  if (semicolon == text.size()) return range;
  const std::string_view parameter = trimmed(text.substr(semicolon + 1));
  const bool has_quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
  range.quality = has_quality ? quality_of(parameter.substr(2)) : 0;
  return range;
}

// Calls `visit` for each language that is wanted at all; `*` names none.
template <class Visit>
void for_each_language(std::string_view accept_language, Visit&& visit) {
  while (!accept_language.empty()) {
    const std::size_t end = std::min(accept_language.find(','), accept_language.size());
    const LanguageRange range = range_of(accept_language.substr(0, end));
    if (range.quality > 0 && !range.tag.empty() && range.tag != "*") visit(range);
    accept_language.remove_prefix(std::min(end + 1, accept_language.size()));
  }
}

bool covers(std::string_view tag, std::string_view wanted) noexcept {
  return wanted.size() >= tag.size() && equal_ignoring_case(tag, wanted.substr(0, tag.size())) &&
         (wanted.size() == tag.size() || wanted[tag.size()] == '-');
}

bool is_among(std::string_view word, std::span<const std::string_view> words,
              unsigned bits) noexcept {
  const auto at = std::ranges::find(words, word);
  return at != words.end() && (bits >> static_cast<unsigned>(at - words.begin()) & 1U) != 0;
}

bool is_among(std::string_view country, std::string_view countries) noexcept {
  if (country.size() != 2) return false;
  for (std::size_t at = 0; at < countries.size(); at += 2) {
    if (countries.substr(at, 2) == country) return true;
  }
  return false;
}

bool has_parameter(std::string_view query, const RuleConditions::Parameter& wanted) noexcept {
  bool found = false;
  for_each_parameter(query, [&](const Parameter& parameter) {
    char decoded[limits::target_bytes_max];
    const auto decode = [&](std::string_view text) -> std::string_view {
      return {decoded, static_cast<std::size_t>(write_form_decoded(text, decoded) - decoded)};
    };
    if (found || decode(parameter.name) != wanted.name) return;
    found = wanted.values.empty() ||
            std::ranges::find(wanted.values, decode(parameter.value)) != wanted.values.end();
  });
  return found;
}

std::uint32_t variant_of(const RuleSet& rules, const RuleSet::Rule& rule,
                         const Uuid& draw) noexcept {
  if (rule.count == 1) return rule.first;
  const auto begin = rules.weights.begin() + rule.first;
  const auto end = begin + rule.count;
  // The hash's upper half, spread evenly over the sum of the weights.
  const std::uint64_t hash =
      XXH3_64bits_withSeed(draw.bytes.data(), draw.bytes.size(), rules.seed) >> 32U;
  const std::uint64_t point = hash * *(end - 1) >> 32U;
  const auto chosen = std::upper_bound(begin, end, point);
  return static_cast<std::uint32_t>(chosen - rules.weights.begin());
}

}  // namespace

bool wants_language(std::string_view accept_language,
                    const std::vector<std::string>& tags) noexcept {
  LanguageRange best{{}, 0};
  for_each_language(accept_language, [&](const LanguageRange& range) {
    if (range.quality > best.quality) best = range;
  });
  bool wanted = false;
  for_each_language(accept_language, [&](const LanguageRange& range) {
    if (wanted || !equal_ignoring_case(range.language(), best.language())) return;
    wanted =
        std::ranges::any_of(tags, [&](std::string_view tag) { return covers(tag, range.tag); });
  });
  return wanted;
}

bool holds(const RuleConditions& when, const RuleSubject& subject) noexcept {
  if (subject.now < when.from || subject.now >= when.until) return false;
  if (when.devices != 0 && !is_among(subject.agent.device, device_names, when.devices))
    return false;
  if (when.systems != 0 && !is_among(subject.agent.os, system_names, when.systems)) return false;
  if (!when.countries.empty() && !is_among(subject.country, when.countries)) return false;
  if (!std::ranges::all_of(when.query, [&](const RuleConditions::Parameter& wanted) {
        return has_parameter(subject.request.query, wanted);
      })) {
    return false;
  }
  return when.languages.empty() || wants_language(subject.request.accept_language, when.languages);
}

std::optional<std::uint32_t> choose_landing(const RuleSet& rules, const RuleSubject& subject,
                                            const Uuid& draw) noexcept {
  for (const RuleSet::Rule& rule : rules.rules) {
    if (holds(rule.when, subject)) return variant_of(rules, rule, draw);
  }
  return std::nullopt;
}

}  // namespace waymark::redirect
