// Help texts, made from the table of commands.
#pragma once

#include "tracker/cli/arguments.hpp"
#include "tracker/cli/terminal.hpp"

#include <span>
#include <string>
#include <string_view>

namespace waymark::cli {

// All commands, or those of one group ("link").
std::string overview(std::span<const CommandSpec> commands, std::string_view group,
                     const Palette& palette);

std::string command_help(const CommandSpec& command, const Palette& palette);

}  // namespace waymark::cli
