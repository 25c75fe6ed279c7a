// The numbered steps that bring the schema of a database up to what this program knows. A step that
// has been released never changes; the next change is the next number.
#pragma once

#include "tracker/store/postgres/connection.hpp"

#include <string_view>

namespace waymark::tracker::postgres {

// Throws StartupError (exit 78) when a newer program has brought the schema further.
void refuse_newer(Connection& connection, std::string_view name);

// Applies what is missing, each step with its number in one transaction. Trackers that start at
// once take turns. Throws PostgresError.
void migrate(Connection& connection);

}  // namespace waymark::tracker::postgres
