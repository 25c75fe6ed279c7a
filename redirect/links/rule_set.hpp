// The rules of a link compiled for the request path: conditions to be compared, landing pages made
// ready, weights summed up. Made once, when the record comes; how they are applied stands in
// decide/rules.hpp.
#pragma once

#include "common/link_rules.hpp"
#include "redirect/links/landing.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace waymark::redirect {

struct RuleSet {
  struct Rule {
    RuleConditions when;
    std::uint32_t first = 0;  // number of its first landing page
    std::uint32_t count = 0;  // more than 1: a split
  };
  std::vector<Rule> rules;
  // All landing pages in the order in which they stand in the record. A page's place here is the
  // `rule` of a click.
  std::vector<PackedLanding> landings;
  // Of each page the weights of its rule so far, its own included.
  std::vector<std::uint32_t> weights;
  std::string texts;       // of the landing pages
  std::uint64_t seed = 0;  // of the link, for splits
  bool asks_country = false;

  bool empty() const noexcept { return rules.empty(); }
  std::size_t bytes() const noexcept;  // on the heap
};

// `link_name` is what makes the splits of this link independent of those of others.
// Nothing where a landing page would outgrow limits::filled_bytes_max.
std::optional<RuleSet> compile_rules(const std::vector<LinkRule>& rules, const LinkNames& names,
                                     std::string_view link_name, const ResolvedCampaign& campaign);

}  // namespace waymark::redirect
