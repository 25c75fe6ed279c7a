#include "loadtest/kit/run_command.hpp"

#include "common/error.hpp"
#include "loadtest/kit/live_line.hpp"
#include "loadtest/kit/result_json.hpp"
#include "loadtest/kit/run.hpp"
#include "loadtest/kit/run_options.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

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

void print_result(const RunResult& result) {
  const auto ms = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e6; };
  fmt::print("{} planned, {} answered in {:.2f} s: {:.1f}/s; {} errors, {} unfinished\n",
             result.planned, result.answered, result.measured_seconds, result.rate(),
             result.errors.total(), result.unfinished);
  fmt::print("latency ms: p50 {:.3f}  p90 {:.3f}  p99 {:.3f}  p99.9 {:.3f}  max {:.3f}\n",
             ms(result.latency.at(0.5)), ms(result.latency.at(0.9)), ms(result.latency.at(0.99)),
             ms(result.latency.at(0.999)), ms(result.latency.max()));
  for (const std::string& reason : result.verdict.reasons) fmt::print("{}\n", reason);
}

int run(const RunOptions& options, const std::vector<std::string>& command_line) {
  stop_on_signals();
  const RunPlan plan = make_plan(options, command_line);
  const LiveLine live;
  RunWatch watch;
  if (!options.quiet) {
    watch.second = [&](const SecondSeen& seen) { live.show(seen); };
  }
  const RunResult result = run_load(plan, watch, stop_asked);
  if (!options.quiet) live.end();
  print_result(result);
  if (!options.json_file.empty()) write_file(options.json_file, to_json(result));
  return result.verdict.generator_limited ? exit_generator_limited : exit_code::ok;
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
