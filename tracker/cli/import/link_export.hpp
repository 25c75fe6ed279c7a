// `waymark link export`: every link, as the lines that `link import` takes.
#pragma once

#include "tracker/cli/arguments.hpp"

namespace waymark::cli {

CommandSpec link_export_command();

}  // namespace waymark::cli
