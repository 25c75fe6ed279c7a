#include "redirect/links/rule_set.hpp"

#include "redirect/links/heap_bytes.hpp"

#include <xxhash.h>

#include <algorithm>

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

// Of a page in the split of which `others` holds what comes before: by its destination, so that it
// keeps its visitors wherever it stands. The same destination may stand in a split twice.
std::uint64_t seed_of(std::string_view destination, std::uint64_t link_seed,
                      std::span<const RuleSet::Lot> others) noexcept {
  std::uint64_t seed = XXH3_64bits_withSeed(destination.data(), destination.size(), link_seed);
  while (std::ranges::find(others, seed, &RuleSet::Lot::seed) != others.end()) ++seed;
  return seed;
}

}  // namespace

std::size_t RuleSet::bytes() const noexcept {
  std::size_t total =
      heap_bytes(rules) + heap_bytes(landings) + heap_bytes(lots) + heap_bytes(texts);
  for (const Rule& rule : rules) total += bytes_of(rule.when);
  return total;
}

std::optional<RuleSet> compile_rules(const std::vector<LinkRule>& rules, const LinkNames& names,
                                     std::string_view link_name, const ResolvedCampaign& campaign) {
  RuleSet set;
  const std::uint64_t link_seed = XXH3_64bits(link_name.data(), link_name.size());
  set.rules.reserve(rules.size());
  for (const LinkRule& rule : rules) {
    set.rules.push_back({rule.when, static_cast<std::uint32_t>(set.landings.size()),
                         static_cast<std::uint32_t>(rule.variants.size())});
    set.asks_country |= !rule.when.countries.empty();
    set.asks_language |= !rule.when.languages.empty();
    set.asks_query |= !rule.when.query.empty();
    for (const RuleVariant& variant : rule.variants) {
      const auto landing = pack_landing(variant.destination, names, campaign, set.texts);
      if (!landing) return std::nullopt;
      set.landings.push_back(*landing);
      const auto split = std::span{set.lots}.subspan(set.rules.back().first);
      set.lots.push_back({seed_of(variant.destination, link_seed, split), variant.weight});
    }
  }
  set.landings.shrink_to_fit();
  set.lots.shrink_to_fit();
  set.texts.shrink_to_fit();
  return set;
}

}  // namespace waymark::redirect
