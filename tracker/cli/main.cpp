// `waymark`, the command-line tool: puts the table of commands together and runs one of them.
#include "common/error.hpp"
#include "common/version.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/help.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>

namespace {

using namespace waymark;
using namespace waymark::cli;

std::vector<CommandSpec> all_commands() {
  std::vector<CommandSpec> all;
  for (auto&& group : {up_commands(), link_commands(), campaign_commands(), domain_commands(),
                       click_commands(), stream_commands(), shard_commands(), doctor_commands(),
                       keys_commands(), sizing_commands()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

int run(const std::vector<CommandSpec>& commands, const std::vector<std::string>& words) {
  const auto line = parse_line(commands, words);
  const Terminal terminal{!line.arguments.has("--no-color")};
  if (line.version) {
    print_line(fmt::format("waymark {}", version()));
    return exit_code::ok;
  }
  if (line.help) {
    print_line(line.command != nullptr ? command_help(*line.command, terminal.out)
                                       : overview(commands, line.group, terminal.out));
    return exit_code::ok;
  }
  if (line.command == nullptr) {  // nothing was asked for: say what there is
    say(overview(commands, line.group, terminal.err));
    return exit_code::usage;
  }
  return line.command->run(line.arguments);
}

// To standard error; with --json as the problem that the API told (RFC 9457), or in its form.
int fail(const std::vector<std::string>& words, int code, std::string_view sentence,
         boost::json::object problem = {}) {
  if (std::ranges::find(words, "--json") == words.end()) {
    say(fmt::format("waymark: {}", sentence));
    return code;
  }
  problem.emplace("detail", sentence);
  problem["exit_code"] = code;
  say(boost::json::serialize(problem));
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  try {
    return run(all_commands(), words);
  } catch (const CommandFailure& failure) {
    return fail(words, failure.exit_code(), failure.what(), failure.problem());
  } catch (const StartupError& error) {
    return fail(words, error.exit_code(), error.what());
  } catch (const std::exception& error) {
    return fail(words, exit_code::failure, error.what());
  }
}
