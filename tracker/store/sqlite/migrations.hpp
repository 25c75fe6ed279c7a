// The numbered steps that bring a store's schema up to what this program knows. A step that has
// been released never changes; the next change is the next number.
#pragma once

#include "tracker/store/sqlite/database.hpp"

#include <filesystem>

namespace waymark::tracker::sqlite {

// Highest migration this program knows.
int newest_migration();

// Highest migration the store has had; 0 for a new file.
int applied_migration(Database& database);

// Throws StartupError (exit 78) when the store was made by a newer program.
void refuse_newer(Database& database, const std::filesystem::path& file);

// Applies what is missing, each step with its number in one transaction.
void migrate(Database& database);

}  // namespace waymark::tracker::sqlite
