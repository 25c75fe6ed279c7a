#include "common/error.hpp"
#include "common/keys.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/private_file.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace waymark::cli {
namespace {

int make_new(const Arguments& arguments) {
  const auto& file = arguments.operands()[0];
  const auto text = new_keys_file();
  write_private_file(file, text);
  const auto id = text.substr(0, text.find(' '));
  if (arguments.has("--json")) {
    print_line(boost::json::serialize(boost::json::value{{"file", file}, {"signing_key", id}}));
    return exit_code::ok;
  }
  print_line(file);
  say(fmt::format("Wrote key {} for the owner only. Edge and tracker take the same file: --keys {}",
                  id, file));
  return exit_code::ok;
}

}  // namespace

std::vector<CommandSpec> keys_commands() {
  return {{"keys new",
           "FILE",
           1,
           1,
           "Write a keys file with one random key",
           {},
           {"keys new /etc/waymark/keys"},
           make_new}};
}

}  // namespace waymark::cli
