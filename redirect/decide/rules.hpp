// Applies the rules of a link to a request: the first whose conditions all hold decides. Pure, and
// without allocation; what a visitor sends is read once, and of it no more than limits.hpp says.
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

// Number of the landing page, into RuleSet::landings; nothing when no rule holds.
//
// A condition on the language is about the one that the visitor wants most among those that the
// rules of the link name (accept_language.hpp): it holds where it names a tag that meets it.
//
// `draw` decides splits by weighted rendezvous hashing (Thaler, Ravishankar 1998): each page draws
// its own number from `draw`, and the best by weight wins. So one draw gets the same page of a link
// until that page goes or another outweighs it: a change moves those alone who must move.
std::optional<std::uint32_t> choose_landing(const RuleSet& rules, const RuleSubject& subject,
                                            const Uuid& draw) noexcept;

}  // namespace waymark::redirect
