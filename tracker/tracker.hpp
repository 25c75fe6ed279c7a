// The tracker as a whole: makes the parts in order, hands each the others it needs, runs until a
// signal, ends in order (shipping.md rule 17).
#pragma once

#include "common/log.hpp"
#include "common/settings.hpp"
#include "tracker/config.hpp"

#include <string>

namespace waymark::tracker {

// Runs until SIGTERM or SIGINT and returns the exit code. `settings` is what /config shows. Throws
// StartupError: an address in use, a store that is locked, unreadable keys, no API key.
int run_tracker(const TrackerConfig& config, const std::string& settings, Log& log);

}  // namespace waymark::tracker
