#include "tracker/cli/commands.hpp"
#include "tracker/cli/stream/stream_parts.hpp"

namespace waymark::cli {

std::vector<CommandSpec> stream_commands() {
  auto all = stream_state_commands();
  const auto dead = dead_letter_commands();
  all.insert(all.end(), dead.begin(), dead.end());
  return all;
}

}  // namespace waymark::cli
