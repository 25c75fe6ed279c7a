// Applies the rules of a link to a request: the first whose conditions all hold decides. Pure, and
// without allocation.
#pragma once

#include "common/uuid.hpp"
#include "redirect/decide/user_agent.hpp"
#include "redirect/links/rule_set.hpp"
#include "redirect/server/request.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::redirect {

// What conditions look at.
struct RuleSubject {
  const Request& request;
  const Agent& agent;
  std::string_view country;  // empty: unknown, and no condition on the country holds
  std::int64_t now = 0;      // unix seconds
};

// Number of the landing page, into RuleSet::landings; nothing when no rule holds. `draw` decides
// splits: for one draw and one link it is always the same page, until weights change.
std::optional<std::uint32_t> choose_landing(const RuleSet& rules, const RuleSubject& subject,
                                            const Uuid& draw) noexcept;

bool holds(const RuleConditions& when, const RuleSubject& subject) noexcept;

// Whether a visitor with this Accept-Language (RFC 9110 section 12.5.4) is to see a page in one of
// `tags`: the language that they want most (highest q; of equals the first) must be among the tags.
// A tag covers what begins with it (`de` covers de-AT); one with a region (`pt-br`) holds when the
// visitor accepts that region of the wanted language at all.
bool wants_language(std::string_view accept_language,
                    const std::vector<std::string>& tags) noexcept;

}  // namespace waymark::redirect
