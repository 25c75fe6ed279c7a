// `run --scenario FILE`: the flags of `run` as a TOML file, under [loadtest].
//
//     [loadtest]
//     url = "http://127.0.0.1:8080/try"
//     stages = ["30s:1k", "1m:1k..20k"]
//     no_keepalive = true
//
// A key is a flag's name, with `_` for `-`. What a flag takes as a list with commas, or repeated,
// may be a TOML list.
#pragma once

#include <CLI/CLI.hpp>

namespace waymark::loadtest {

// Adds the flag; before all other options of `command`, whose words it completes: a flag on the
// command line wins, also over those keys that it excludes. Parsing throws StartupError (exit 78)
// that names file, line and key, and what the key should be.
void add_scenario_flag(CLI::App& command);

}  // namespace waymark::loadtest
