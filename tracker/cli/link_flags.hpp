// Flags of `link add` and `link update`, and what they say as members of the API.
#pragma once

#include "tracker/cli/arguments.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace waymark::cli {

// What both commands take besides flags of their own.
std::vector<FlagSpec> link_field_flags();

// Members for the flags that were given, destination left out. An empty value becomes null, which
// clears what the link had. Throws StartupError (exit 2) naming the flag that cannot be read.
boost::json::object link_members(const Arguments& arguments);

}  // namespace waymark::cli
