// Opens the file of the store with the settings that every user of it shares; bench/drain_store.cpp
// inserts its rows through the same door.
#pragma once

#include "tracker/store/sqlite/database.hpp"
#include "tracker/store/store.hpp"

#include <filesystem>

namespace waymark::tracker::sqlite {

// For writing: made when absent, migrated, WAL, durable at each commit. Throws StartupError naming
// the file and the remedy.
Database open_database(const std::filesystem::path& file, StoreAccess access);

}  // namespace waymark::tracker::sqlite
