// `waymark link import`: many links from a file, in batches.
#pragma once

#include "tracker/cli/arguments.hpp"

namespace waymark::cli {

CommandSpec import_command();

}  // namespace waymark::cli
