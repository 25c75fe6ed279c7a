// stream dead list, dead replay: lines that could not be stored as clicks.
#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/commands.hpp"
#include "tracker/cli/stream/stream_parts.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t shown_bytes_max = 160;  // of a line

std::int64_t id_of(std::string_view flag, std::string_view text) {
  return number_of(flag, text, 1, std::numeric_limits<std::int64_t>::max());
}

std::string letter_text(const json::value& letter) {
  auto line = printable(member(letter, "line"));
  if (line.size() > shown_bytes_max) line = line.substr(0, shown_bytes_max) + " ...";
  return fmt::format("{:<6} {}  {:<16} {} {}\n       {}", member(letter, "id"),
                     member(letter, "created_at"), member(letter, "reason"),
                     printable(member(letter, "stream")), printable(member(letter, "entry")), line);
}

int list(const Arguments& arguments) {
  Query query{{"limit", arguments.value_or("--limit", "20")}};
  if (const auto after = arguments.value("--after")) query.emplace_back("after", *after);
  if (const auto reason = arguments.value("--reason")) query.emplace_back("reason", *reason);
  const auto page = ApiClient::from(arguments).get("/v1/dead-letters", query);
  if (arguments.has("--json")) {
    print_line(page.text);
    return exit_code::ok;
  }
  const auto& letters = data_of(page.json);
  for (const auto& letter : letters) print_line(letter_text(letter));
  if (letters.empty()) {
    say("No dead letters.");
  } else if (member(page.json, "has_more") == "true") {
    say(fmt::format("There are more: --after {}", member(letters.back(), "id")));
  }
  return exit_code::ok;
}

json::object question_of(const Arguments& arguments) {
  json::object question;
  if (!arguments.operands().empty()) question["id"] = id_of("ID", arguments.operands()[0]);
  if (const auto line = arguments.value("--line")) {
    if (arguments.operands().empty()) {
      throw StartupError(exit_code::usage, "--line goes with the ID of a letter");
    }
    question["line"] = *line;
  }
  if (const auto reason = arguments.value("--reason")) question["reason"] = *reason;
  return question;
}

int replay(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  auto question = question_of(arguments);
  std::uint64_t tried = 0;
  std::uint64_t solved = 0;
  for (bool more = true; more;) {
    const auto reply = api.post("/v1/dead-letters/replay", question).json;
    tried += std::stoull(member(reply, "tried"));
    solved += std::stoull(member(reply, "solved"));
    const auto next = member(reply, "next");
    more = !next.empty();
    if (more) question["after"] = id_of("next", next);
  }
  if (arguments.has("--json")) {
    print_line(json::serialize(json::object{{"tried", tried}, {"solved", solved}}));
  } else {
    print_line(fmt::format("{} of {} dead letters have become clicks", solved, tried));
  }
  return solved == tried ? exit_code::ok : exit_code::partial;
}

}  // namespace

std::vector<CommandSpec> dead_letter_commands() {
  return {
      {"stream dead list",
       "",
       0,
       0,
       "Show lines that could not be stored as clicks, oldest first",
       {{"--reason", "REASON", "malformed_line, unknown_version or malformed_entry"},
        {"--limit", "N", "So many, up to 100 (default 20)"},
        {"--after", "ID", "Those after this one"}},
       {"stream dead list", "stream dead list --reason unknown_version"},
       list},
      {"stream dead replay",
       "[ID]",
       0,
       1,
       "Try again to store them: after an upgrade, or with a line that was mended",
       {{"--reason", "REASON", "Only those of this reason"},
        {"--line", "JSON", "Store this line in the place of letter ID"}},
       {"stream dead replay",
        "stream dead replay 7 --line '{\"v\":1,\"id\":\"0190...\",\"ts\":...}'"},
       replay,
       "What has become a click leaves the list. Exit code 5: some did not."},
  };
}

}  // namespace waymark::cli
