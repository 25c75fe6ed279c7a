// Hosts that short links live on: names and addresses that a URL can have.
#pragma once

#include "tracker/program/refusal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// The host as it is stored: a name or an address, in lower case, without the dot of the root.
// Nothing when it is none, or more than that.
std::optional<std::string> normalize_host(std::string_view host);

// The same, refusing what is none as the field `host`, with the host that may be meant.
Ruled<std::string> checked_host(std::string_view host);

}  // namespace waymark::tracker
