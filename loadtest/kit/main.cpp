// waymark-loadtest: loads any HTTP redirect service and says what became of it.
#include "common/error.hpp"
#include "common/version.hpp"
#include "loadtest/kit/commands.hpp"
#include "loadtest/kit/run_command.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv) try {
  using namespace waymark;
  const std::vector<std::string> command_line{argv, argv + argc};
  int code = exit_code::ok;
  CLI::App app{"Loads an HTTP redirect service and says what became of it."};
  app.set_version_flag("--version", "waymark-loadtest " + std::string{version()});
  app.require_subcommand(1);
  loadtest::add_run_command(app, command_line, code);
  loadtest::add_report_command(app, code);
  loadtest::add_compare_command(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code::ok : exit_code::usage;
  }
  return code;
} catch (const waymark::StartupError& error) {
  fmt::print(stderr, "waymark-loadtest: {}\n", error.what());
  return error.exit_code();
} catch (const std::exception& error) {
  fmt::print(stderr, "waymark-loadtest: {}\n", error.what());
  return waymark::exit_code::failure;
}
