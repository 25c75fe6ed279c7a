#include "redirect/decide/rules.hpp"

#include "common/limits.hpp"
#include "redirect/decide/accept_language.hpp"
#include "redirect/decide/query.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace waymark::redirect {
namespace {

// The parameters of the visitor, decoded; of more than limits::rule_parameters_max the first ones.
class DecodedQuery {
 public:
  explicit DecodedQuery(std::string_view query) noexcept {
    while (count_ < parameters_.size()) {
      const auto parameter = take_parameter(query);
      if (!parameter) return;
      // One by one: the value is written behind the name.
      const std::string_view name = decoded(parameter->name);
      parameters_[count_++] = {name, decoded(parameter->value)};
    }
  }
  // Its parameters point into it.
  DecodedQuery(const DecodedQuery&) = delete;
  DecodedQuery& operator=(const DecodedQuery&) = delete;

  bool has(const RuleConditions::Parameter& wanted) const noexcept {
    return std::any_of(parameters_.begin(), parameters_.begin() + count_, [&](const auto& each) {
      return each.name == wanted.name &&
             (wanted.values.empty() ||
              std::ranges::find(wanted.values, each.value) != wanted.values.end());
    });
  }

 private:
  struct Pair {
    std::string_view name;
    std::string_view value;
  };

  std::string_view decoded(std::string_view text) noexcept {
    char* const begin = end_;
    end_ = write_form_decoded(text, begin);
    return {begin, end_};
  }

  char bytes_[limits::target_bytes_max];  // a query is a part of the target
  char* end_ = bytes_;
  std::array<Pair, limits::rule_parameters_max> parameters_;
  std::size_t count_ = 0;
};

// What the visitor sends of which the rules of the link ask for something.
struct Asked {
  std::optional<LanguageRange> language;  // the most wanted among those that rules name
  std::optional<DecodedQuery> query;
};

std::optional<LanguageRange> language_for(const RuleSet& rules,
                                          std::string_view accept_language) noexcept {
  const AcceptedLanguages accepted{accept_language};
  // Only a range that is wanted more than the one found so far can still win.
  std::span<const LanguageRange> wanted_more = accepted.ranges();
  std::optional<LanguageRange> found;
  for (const RuleSet::Rule& rule : rules.rules) {
    for (const std::string_view tag : rule.when.languages) {
      const auto meeting = std::ranges::find_if(
          wanted_more, [tag](const LanguageRange& range) { return range.is_met_by(tag); });
      if (meeting == wanted_more.end()) continue;
      found = *meeting;
      wanted_more = {wanted_more.begin(), meeting};
    }
  }
  return found;
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

bool holds(const RuleConditions& when, const RuleSubject& subject, const Asked& asked) noexcept {
  if (subject.now < when.from || subject.now >= when.until) return false;
  if (when.devices != 0 && !is_among(subject.agent.device, device_names, when.devices))
    return false;
  if (when.systems != 0 && !is_among(subject.agent.os, system_names, when.systems)) return false;
  if (!when.countries.empty() && !is_among(subject.country, when.countries)) return false;
  const auto is_met = [&](std::string_view tag) { return asked.language->is_met_by(tag); };
  if (!when.languages.empty() && !(asked.language && std::ranges::any_of(when.languages, is_met))) {
    return false;
  }
  return std::ranges::all_of(when.query, [&](const RuleConditions::Parameter& wanted) {
    return asked.query->has(wanted);
  });
}

// With a number from 0 to 1 for each page, -ln(number) / weight is least for a page as often as its
// weight says (times until the first of several events, each as frequent as its weight).
std::uint32_t page_of(const RuleSet& rules, const RuleSet::Rule& rule, const Uuid& draw) noexcept {
  if (rule.count == 1) return rule.first;
  std::uint32_t chosen = rule.first;
  double least = std::numeric_limits<double>::infinity();
  for (std::uint32_t page = rule.first; page < rule.first + rule.count; ++page) {
    const RuleSet::Lot& lot = rules.lots[page];
    const std::uint64_t hash =
        XXH3_64bits_withSeed(draw.bytes.data(), draw.bytes.size(), lot.seed) >> 11U;
    const double time = -std::log((static_cast<double>(hash) + 0.5) * 0x1p-53) / lot.weight;
    if (time >= least) continue;
    least = time;
    chosen = page;
  }
  return chosen;
}

}  // namespace

std::optional<std::uint32_t> choose_landing(const RuleSet& rules, const RuleSubject& subject,
                                            const Uuid& draw) noexcept {
  Asked asked;
  if (rules.asks_language) asked.language = language_for(rules, subject.request.accept_language);
  if (rules.asks_query) asked.query.emplace(subject.request.query);
  for (const RuleSet::Rule& rule : rules.rules) {
    if (holds(rule.when, subject, asked)) return page_of(rules, rule, draw);
  }
  return std::nullopt;
}

}  // namespace waymark::redirect
