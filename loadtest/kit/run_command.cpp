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
  if (result.clicks) {
    const ClickTruth& clicks = *result.clicks;
    fmt::print(
        "clicks: {} answered, {} stored, {} missing, {} twice, {} late, {} unexpected\n"
        "answer to row ms: p50 {:.1f}  p99 {:.1f}  max {:.1f} ({})\n",
        clicks.answered, clicks.stored, clicks.missing, clicks.twice, clicks.late,
        clicks.unexpected, ms(clicks.latency.at(0.5)), ms(clicks.latency.at(0.99)),
        ms(clicks.latency.max()), clicks.latency_source);
  }
  for (const ServerUsage& server : result.servers) {
    fmt::print("{}: {:.1f} us of CPU a request\n", server.name, server.cpu_us_per_request);
  }
  for (const std::string& reason : result.verdict.reasons) fmt::print("{}\n", reason);
}

int run(const RunOptions& options, const std::vector<std::string>& command_line) {
  stop_on_signals();
  const RunPlan plan = make_plan(options, command_line);
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
