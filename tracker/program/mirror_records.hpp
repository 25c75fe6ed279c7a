// Rows of the store as commands for Redis: how each record is replaced as a whole.
#pragma once

#include "common/redis/command.hpp"
#include "tracker/store/rows.hpp"

#include <vector>

namespace waymark::tracker {

// MULTI, every record's DEL and HSET, EXEC is the caller's: these are the commands in between, so
// that no edge ever sees half a record.
std::vector<redis::Command> replace_commands(const std::vector<Change>& changes);

}  // namespace waymark::tracker
