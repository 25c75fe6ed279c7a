#include "common/error.hpp"
#include "loadtest/kit/commands.hpp"
#include "loadtest/kit/compare.hpp"
#include "loadtest/kit/result_json.hpp"

#include <iostream>
#include <memory>

namespace waymark::loadtest {
namespace {

struct Options {
  std::vector<std::string> pair;
  std::vector<std::string> base;
  std::vector<std::string> changed;
  bool json = false;
};

std::vector<RunResult> read_all(const std::vector<std::string>& files) {
  std::vector<RunResult> runs;
  for (const auto& file : files) runs.push_back(read_result(file));
  return runs;
}

void compare_files(const Options& options) {
  auto base = options.base;
  auto changed = options.changed;
  if (options.pair.size() == 2 && base.empty() && changed.empty()) {
    base = {options.pair[0]};
    changed = {options.pair[1]};
  }
  if (base.empty() || changed.empty() || base.size() + changed.size() < options.pair.size()) {
    throw StartupError(exit_code::usage,
                       "compare: give two results (compare A B), or several of each side (compare "
                       "--base A1 A2 --new B1 B2)");
  }
  const auto show = options.json ? comparison_json : comparison_text;
  std::cout << show(read_all(base), read_all(changed));
}

}  // namespace

void add_compare_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("compare", "what differs between two runs beyond noise");
  command->add_option("FILES", options->pair, "two results: base and new")->expected(0, 2);
  command->add_option("--base", options->base, "results of several runs to compare with");
  command->add_option("--new", options->changed, "results of several runs of what changed");
  command->add_flag("--json", options->json, "print it for programs");
  command->callback([options, &exit_code] {
    compare_files(*options);
    exit_code = exit_code::ok;
  });
}

}  // namespace waymark::loadtest
