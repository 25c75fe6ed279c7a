#include "common/error.hpp"
#include "loadtest/kit/commands.hpp"
#include "loadtest/kit/html/html_report.hpp"
#include "loadtest/kit/joined_results.hpp"
#include "loadtest/kit/result_json.hpp"
#include "loadtest/kit/table.hpp"
#include "loadtest/kit/threshold.hpp"

#include <iostream>
#include <memory>

namespace waymark::loadtest {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string json;
  std::string html;
  std::string require;
};

int report(const Options& options) {
  std::vector<RunResult> parts;
  for (const auto& file : options.files) parts.push_back(read_result(file));
  const auto wanted =
      options.require.empty() ? std::vector<Threshold>{} : parse_thresholds(options.require);
  const auto result = join_results(parts, options.files, wanted);
  if (!options.json.empty()) write_file(options.json, to_json(result));
  if (!options.html.empty()) write_file(options.html, html_report(result));
  if (options.json != "-" && options.html != "-") std::cout << final_table(result);
  return exit_code_of(result.verdict);
}

}  // namespace

void add_report_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("report", "shows results; those of several machines become one");
  command->add_option("FILES", options->files, "results written by --json")->required();
  command->add_option("--json", options->json, "where the joined result goes; - for stdout");
  command->add_option("--html", options->html, "where the page goes; - for stdout");
  command->add_option("--require", options->require,
                      "thresholds beside those of the runs: 'p99<2ms,errors<0.01%'");
  command->callback([options, &exit_code] { exit_code = report(*options); });
}

}  // namespace waymark::loadtest
