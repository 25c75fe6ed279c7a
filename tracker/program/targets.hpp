// Where visitors may be sent: not back to addresses of ours, where they would go round in circles
// with a click at every turn, and not outside destinations.allow. What a URL may look like at all
// is for common/records.hpp.
#pragma once

#include "tracker/program/refusal.hpp"
#include "tracker/program/rules.hpp"

#include <string_view>

namespace waymark::tracker {

// Ours are links.base_url (its host and port, and what lies below its path) and every other domain
// of the store (its host, whatever the port). `field` is named in the refusal; an empty URL passes.
Ruled<void> check_target(Store& store, const ProgramRules& rules, std::string_view field,
                         std::string_view url);

}  // namespace waymark::tracker
