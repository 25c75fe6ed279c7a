// The table of commands. Each part of it stands in the file of its group, with what the commands
// do; main.cpp puts the table together.
#pragma once

#include "tracker/cli/arguments.hpp"

#include <vector>

namespace waymark::cli {

std::vector<CommandSpec> up_commands();
std::vector<CommandSpec> link_commands();
std::vector<CommandSpec> campaign_commands();
std::vector<CommandSpec> domain_commands();
std::vector<CommandSpec> click_commands();
std::vector<CommandSpec> stream_commands();
std::vector<CommandSpec> doctor_commands();
std::vector<CommandSpec> keys_commands();
std::vector<CommandSpec> shard_commands();
std::vector<CommandSpec> sizing_commands();

// Throws StartupError (exit 2) naming the flag when its value is no number in [min, max].
std::int64_t number_of(std::string_view flag, std::string_view text, std::int64_t min,
                       std::int64_t max);

// A moment, as the API reads it, as unix seconds. Throws StartupError (exit 2) naming the flag.
std::int64_t moment_of(std::string_view flag, std::string_view text);

// What a file holds, at most 1 MiB; `-` is standard input. Throws StartupError (exit 2) naming the
// flag.
std::string text_of_file(std::string_view flag, const std::string& file);

}  // namespace waymark::cli
