// The rules of a link compiled for the request path: conditions to be compared, landing pages made
// ready, seeds of splits reckoned. Made once, when the record comes; how they are applied stands in
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
  // What a landing page has in the split that it belongs to.
  struct Lot {
    std::uint64_t seed = 0;  // of the link and the page's destination
    std::uint32_t weight = 1;
  };
  std::vector<Rule> rules;
  // All landing pages in the order in which they stand in the record. A page's place here is the
  // `rule` of a click.
  std::vector<PackedLanding> landings;
  std::vector<Lot> lots;  // of each landing page
  std::string texts;      // of the landing pages
  // Whether any rule does.
  bool asks_country = false;
  bool asks_language = false;
  bool asks_query = false;

  bool empty() const noexcept { return rules.empty(); }
  std::size_t bytes() const noexcept;  // on the heap
};

// `link_name` is what makes the splits of this link independent of those of others.
// Nothing where a landing page would outgrow limits::filled_bytes_max.
std::optional<RuleSet> compile_rules(const std::vector<LinkRule>& rules, const LinkNames& names,
                                     std::string_view link_name, const ResolvedCampaign& campaign);

}  // namespace waymark::redirect
