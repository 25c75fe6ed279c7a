// The three places values come from. Each writes what it finds into the table and throws
// StartupError for what it does not understand; load.cpp calls them in the order of precedence.
#pragma once

#include "common/settings/table.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

// Table [<program>] of a TOML file. Exit code 78.
void read_settings_file(const std::string& file, std::string_view program,
                        const SettingsTable& table);

// Names WAYMARK_<PROGRAM>__*, from a list like environ(7). Exit code 78.
void read_settings_environment(const char* const* environment, std::string_view program,
                               const SettingsTable& table);

// Flags, read in two steps: the file and the environment come between them.
struct FlagWords {
  struct Value {
    std::string key, value;
    SettingPlace place;
  };
  std::vector<Value> values;  // each setting once, lists joined by commas
  std::optional<std::string> config_file;
  bool help = false, version = false, check_config = false;
  std::vector<std::string> positional;
};

// `own_flags` maps `--listen` to its key. Exit code 2 for unknown flags, missing values and what is
// given twice and is no list.
FlagWords read_flags(int argc, const char* const* argv,
                     const std::map<std::string, std::string, std::less<>>& own_flags,
                     const SettingsTable& table);

}  // namespace waymark
