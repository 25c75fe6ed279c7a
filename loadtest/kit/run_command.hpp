// `waymark-loadtest run`.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace waymark::loadtest {

// The run was refused: the generator was the limit.
inline constexpr int exit_generator_limited = 98;

// Adds the command; `exit_code` is set when it was run. Both, and `command_line`, outlive parsing.
void add_run_command(CLI::App& app, const std::vector<std::string>& command_line, int& exit_code);

}  // namespace waymark::loadtest
