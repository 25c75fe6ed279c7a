// What `waymark-loadtest` can be told to do with results. Each adds its subcommand to `app`, which
// sets `exit_code` when it is run; the functions throw StartupError for what a user can mend.
#pragma once

#include <CLI/CLI.hpp>

namespace waymark::loadtest {

// `report FILE... [--json OUT] [--html OUT] [--require LIST]`: joins the results of several
// machines.
void add_report_command(CLI::App& app, int& exit_code);

// `compare A B [--json]`, or `compare --base A... --new B... [--json]`.
void add_compare_command(CLI::App& app, int& exit_code);

}  // namespace waymark::loadtest
