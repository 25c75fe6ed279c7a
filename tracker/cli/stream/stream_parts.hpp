// The commands around the click stream, one file each; stream_commands.cpp and click_commands.cpp
// put them into the table.
#pragma once

#include "tracker/cli/arguments.hpp"

#include <vector>

namespace waymark::cli {

CommandSpec export_command();                      // click export
CommandSpec replay_command();                      // click replay
std::vector<CommandSpec> stream_state_commands();  // stream info, groups, forget
std::vector<CommandSpec> dead_letter_commands();   // stream dead list, dead replay

}  // namespace waymark::cli
