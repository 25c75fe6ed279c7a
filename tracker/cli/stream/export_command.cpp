#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/stream/click_csv.hpp"
#include "tracker/cli/stream/click_pages.hpp"
#include "tracker/cli/stream/export_file.hpp"
#include "tracker/cli/stream/stream_parts.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace waymark::cli {
namespace {

constexpr std::size_t page_clicks = 5'000;

constexpr std::string_view details =
    "Clicks by their time, oldest first, as lines of the click stream or as CSV with a column for\n"
    "each key. A click that is still on its way from an edge is not in it: 'waymark doctor' says\n"
    "whether any edge owes clicks.\n\n"
    "With --output, --resume goes on where an earlier run was cut off, with the range, filters "
    "and\n"
    "format that it was begun with. What was begun stands in FILE.resume until it is done.";

ExportState state_of(const Arguments& arguments) {
  ExportState state;
  state.range = range_of(arguments, "--to");
  state.format = arguments.value_or("--format", "ndjson");
  if (state.format != "ndjson" && state.format != "csv") {
    throw StartupError(exit_code::usage,
                       fmt::format("--format: '{}' is neither ndjson nor csv", state.format));
  }
  return state;
}

// Hands the text of each page to `put`, which notes the state.
template <class Put>
void export_pages(const ApiClient& api, ExportState& state, Put put) {
  Progress progress;
  const bool csv = state.format == "csv";
  bool head = csv && state.bytes == 0;
  for (bool last = false; !last;) {
    const auto page = next_page(api, state.range, page_clicks);
    last = page.last;
    state.clicks += count_lines(page.lines);
    std::string text = head ? click_csv_head() : std::string{};
    head = false;
    text += csv ? click_csv_rows(page.lines) : page.lines;
    put(text);
    if (!last) progress.tell(fmt::format("{} clicks written ...", state.clicks));
  }
}

int export_to_file(const Arguments& arguments, const std::string& name, ExportState state) {
  const auto api = ApiClient::from(arguments);
  ExportFile file{name, arguments.has("--resume"), state};
  try {
    export_pages(api, state, [&](const std::string& text) { file.append(text, state); });
  } catch (const CommandFailure& failure) {
    throw CommandFailure(failure.exit_code(),
                         fmt::format("{}\nThe export was cut short after {} clicks; go on with: "
                                     "waymark click export --output {} --resume",
                                     failure.what(), state.clicks, name));
  }
  file.finish();
  if (arguments.has("--json")) {
    print_line(
        boost::json::serialize(boost::json::object{{"file", name}, {"clicks", state.clicks}}));
  } else {
    say(fmt::format("{} clicks in {}", state.clicks, name));
  }
  return exit_code::ok;
}

int export_clicks(const Arguments& arguments) {
  const auto name = arguments.value("--output");
  if (name) return export_to_file(arguments, *name, state_of(arguments));
  if (arguments.has("--resume")) {
    throw StartupError(exit_code::usage, "--resume goes with --output FILE");
  }
  auto state = state_of(arguments);
  export_pages(ApiClient::from(arguments), state, [](const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
      throw CommandFailure(exit_code::failure, "standard output is closed");
    }
  });
  std::fflush(stdout);
  return exit_code::ok;
}

}  // namespace

CommandSpec export_command() {
  return {"click export",
          "",
          0,
          0,
          "Write stored clicks of a time range, as NDJSON or CSV",
          {{"--from", "TIME", "First moment (default: the beginning)"},
           {"--to", "TIME", "End, exclusive (default: now)"},
           {"--link", "ID", "Only clicks of this link"},
           {"--campaign", "ID", "Only clicks of this campaign"},
           {"--format", "FORMAT", "ndjson (default) or csv"},
           {"--output", "FILE", "Write there instead of to standard output"},
           {"--resume", "", "Go on with FILE where it was cut off"}},
          {"click export --from 2026-01-01 --to 2026-02-01 --output january.ndjson",
           "click export --output january.ndjson --resume",
           "click export --campaign camp_spring --format csv > spring.csv"},
          export_clicks,
          details};
}

}  // namespace waymark::cli
