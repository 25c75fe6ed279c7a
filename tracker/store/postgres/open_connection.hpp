// Connects to the database of the store with the settings that every user of it shares;
// bench/drain_store_postgres.cpp copies its rows through the same door.
#pragma once

#include "tracker/store/postgres/connection.hpp"
#include "tracker/store/store.hpp"

#include <memory>
#include <string_view>

namespace waymark::tracker::postgres {

// For writing: schema brought up to date, commits durable, table `incoming` there. Throws
// StartupError naming the store without its password, and the remedy.
Connection open_connection(std::string_view url, StoreAccess access);

}  // namespace waymark::tracker::postgres
