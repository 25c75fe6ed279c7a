#include "redirect/links/rule_set.hpp"

#include "redirect/links/heap_bytes.hpp"

#include <xxhash.h>

namespace waymark::redirect {
namespace {

std::size_t bytes_of(const RuleConditions& when) noexcept {
  std::size_t total =
      heap_bytes(when.countries) + heap_bytes(when.languages) + heap_bytes(when.query);
  for (const auto& language : when.languages) total += heap_bytes(language);
  for (const auto& parameter : when.query) {
    total += heap_bytes(parameter.name) + heap_bytes(parameter.values);
    for (const auto& value : parameter.values) total += heap_bytes(value);
  }
  return total;
}

}  // namespace

std::size_t RuleSet::bytes() const noexcept {
  std::size_t total =
      heap_bytes(rules) + heap_bytes(landings) + heap_bytes(weights) + heap_bytes(texts);
  for (const Rule& rule : rules) total += bytes_of(rule.when);
  return total;
}

std::optional<RuleSet> compile_rules(const std::vector<LinkRule>& rules, const LinkNames& names,
                                     std::string_view link_name, const ResolvedCampaign& campaign) {
  RuleSet set;
  set.seed = XXH3_64bits(link_name.data(), link_name.size());
  set.rules.reserve(rules.size());
  for (const LinkRule& rule : rules) {
    set.rules.push_back({rule.when, static_cast<std::uint32_t>(set.landings.size()),
                         static_cast<std::uint32_t>(rule.variants.size())});
    set.asks_country |= !rule.when.countries.empty();
    std::uint32_t sum = 0;
    for (const RuleVariant& variant : rule.variants) {
      const auto landing = pack_landing(variant.destination, names, campaign, set.texts);
      if (!landing) return std::nullopt;
      set.landings.push_back(*landing);
      set.weights.push_back(sum += variant.weight);
    }
  }
  set.landings.shrink_to_fit();
  set.weights.shrink_to_fit();
  set.texts.shrink_to_fit();
  return set;
}

}  // namespace waymark::redirect
