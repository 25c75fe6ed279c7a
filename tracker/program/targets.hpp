// Where visitors may be sent: not back to addresses of ours, where they would go round in circles
// with a click at every turn, and not outside destinations.allow. What a URL may look like at all
// is for common/records.hpp.
#pragma once

#include "tracker/program/refusal.hpp"
#include "tracker/program/rules.hpp"

#include <string_view>

namespace waymark::tracker {

// A URL of a record that is made (`before` is empty) or changed. One that stays as it was is left
// alone: a record that leads where it no longer may can still be paused.
struct Target {
  std::string_view field;  // named in the refusal
  std::string_view before, after;
};

// What `rules` alone say. Ours is links.base_url: its host and port, and what lies below its path.
DestinationPolicy policy_of(const ProgramRules& rules);

// Ours are the places of `policy`, and every other domain of the store (its host, whatever the
// port). An empty URL passes.
Ruled<void> check_target(Store& store, const DestinationPolicy& policy, const Target& target);
// The same for a `root_url`, which may lead to a link of ours.
Ruled<void> check_root_target(Store& store, const DestinationPolicy& policy, const Target& target);

// Refuses a host that records of the store lead to: as a domain it would end every one of them. An
// archived link leads nowhere.
Ruled<void> check_nothing_leads_to(Store& store, std::string_view host);

}  // namespace waymark::tracker
