// `waymark-loadtest run`.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace waymark::loadtest {

// Adds the command; `exit_code` is set when it was run. Both, and `command_line`, outlive parsing.
void add_run_command(CLI::App& app, const std::vector<std::string>& command_line, int& exit_code);

}  // namespace waymark::loadtest
