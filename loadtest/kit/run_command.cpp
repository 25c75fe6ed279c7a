#include "loadtest/kit/run_command.hpp"

#include "common/error.hpp"
#include "loadtest/kit/find_max.hpp"
#include "loadtest/kit/html/html_report.hpp"
#include "loadtest/kit/live_line.hpp"
#include "loadtest/kit/result_json.hpp"
#include "loadtest/kit/run.hpp"
#include "loadtest/kit/run_options.hpp"
#include "loadtest/kit/table.hpp"
#include "loadtest/kit/threshold.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <utility>

namespace waymark::loadtest {
namespace {

std::atomic<bool> stop_asked{false};

// The first signal ends the run early, and its result is shown; the second ends the program.
void stop_on_signals() {
  for (const int number : {SIGINT, SIGTERM}) {
    std::signal(number, [](int received) {
      stop_asked.store(true);
      std::signal(received, SIG_DFL);
    });
  }
}

int conclude(const RunOptions& options, const RunResult& result) {
  if (!options.json_file.empty()) write_file(options.json_file, to_json(result));
  if (!options.html_file.empty()) write_file(options.html_file, html_report(result));
  if (options.json_file != "-" && options.html_file != "-") std::cout << final_table(result);
  return exit_code_of(result.verdict);
}

// A search looks at answers alone.
void refuse_witnesses(const RunOptions& options) {
  const WitnessOptions& given = options.witness;
  const bool reconciles = !given.api.empty() && options.mix.codes != "api";
  for (const auto& [flag, is_given] : {std::pair{"--chaos", !given.chaos.empty()},
                                       {"--server", !given.servers.empty()},
                                       {"--deployment", !given.deployment.empty()},
                                       {"--api", reconciles}}) {
    if (!is_given) continue;
    throw StartupError(exit_code::usage,
                       fmt::format("{}: --find-max makes many runs and would ignore it; leave it "
                                   "out, or make a run at the rate that was found (--rate, "
                                   "--require)",
                                   flag));
  }
}

int search(const RunOptions& options, const RunPlan& plan) {
  const auto say = [&](const std::string& line) {
    if (!options.quiet) fmt::print(stderr, "{}\n", line);
  };
  return conclude(options, find_max(plan, parse_thresholds(options.find_max), say, stop_asked));
}

int run(const RunOptions& options, const std::vector<std::string>& command_line) {
  stop_on_signals();
  const auto thresholds =
      options.require.empty() ? std::vector<Threshold>{} : parse_thresholds(options.require);
  if (!options.find_max.empty()) refuse_witnesses(options);
  const RunPlan plan = make_plan(options, command_line);
  if (!options.find_max.empty()) return search(options, plan);
  Witness witness{options.witness, plan.server, plan.closed ? 0 : plan.rates.mean_rate(),
                  std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::duration<double>{plan.rates.seconds()})};
  const LiveLine live;
  RunWatch watch;
  watch.answers = [&](std::size_t) { return witness.watcher(plan.threads); };
  watch.started = [&](const RunStart& start) { witness.start(start.steady); };
  if (!options.quiet) {
    watch.second = [&](const SecondSeen& seen) { live.show(seen); };
  }
  RunResult result = run_load(plan, watch, stop_asked);
  if (!options.quiet) live.end();
  witness.finish(result, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  judge(result, thresholds);
  return conclude(options, result);
}

}  // namespace

void add_run_command(CLI::App& app, const std::vector<std::string>& command_line, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("run", "loads a server: an open loop at a fixed rate, or a closed one");
  const auto options = std::make_shared<RunOptions>();
  add_run_options(*command, *options);
  command->callback(
      [options, &command_line, &exit_code] { exit_code = run(*options, command_line); });
}

}  // namespace waymark::loadtest
