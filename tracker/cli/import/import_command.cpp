#include "tracker/cli/import/import_command.hpp"

#include "common/error.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/import/import_report.hpp"
#include "tracker/cli/import/line_sender.hpp"
#include "tracker/cli/import/link_lines.hpp"
#include "tracker/cli/link_notes.hpp"
#include "tracker/cli/terminal.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <utility>

namespace waymark::cli {
namespace {

constexpr std::string_view import_details =
    "CSV begins with a row of column names, parted by commas, semicolons or tabs; NDJSON has a\n"
    "JSON object on each line. Names are those of POST /v1/links: destination (needed), code,\n"
    "aliases (in CSV parted by blanks), host, campaign, referrer, id, starts_at, expires_at,\n"
    "expired_url, max_clicks, rules, status_code, query, title, description, image, test, status.\n"
    "An empty cell leaves a field out.\n\n"
    "The same file may be sent again, after a stop or with lines mended: a line that says\n"
    "what it said before finds its link (made false) and makes no second one, also without\n"
    "a code and when the link was changed since. Where the lines of two files must be told\n"
    "apart though they say the same, give them a column idempotency_key.\n\n"
    "Exit code 5: some line failed; the others were made.";

std::optional<ImportFormat> format_of(const Arguments& arguments) {
  const auto word = arguments.value("--format");
  if (!word) {
    return std::nullopt;
  }
  if (*word != "csv" && *word != "ndjson") {
    throw StartupError(exit_code::usage,
                       fmt::format("--format: '{}' is neither csv nor ndjson", *word));
  }
  return *word == "csv" ? ImportFormat::csv : ImportFormat::ndjson;
}

std::vector<LinkLine> next_batch(LinkLines& lines, std::optional<LinkLine>& ahead) {
  std::vector<LinkLine> batch;
  std::size_t bytes = 0;
  while (batch.size() < batch_lines_max) {
    if (!ahead) {
      ahead = lines.next();
    }
    if (!ahead || (!batch.empty() && bytes + ahead->json.size() >= batch_bytes_max)) {
      break;
    }
    bytes += ahead->json.size() + 1;
    batch.push_back(*std::exchange(ahead, std::nullopt));
  }
  return batch;
}

// One batch is under way while the next is read. Not more: of two lines that want the same code,
// the first must get it.
void send_all(const ApiClient& api, LinkLines& lines, bool dry_run, ImportReport& report) {
  std::future<std::vector<LineOutcome>> under_way;
  std::optional<LinkLine> ahead;
  for (auto batch = next_batch(lines, ahead); !batch.empty(); batch = next_batch(lines, ahead)) {
    if (under_way.valid()) {
      report.take(under_way.get());
    }
    under_way =
        std::async(std::launch::async, send_lines, std::cref(api), std::move(batch), dry_run);
  }
  if (under_way.valid()) {
    report.take(under_way.get());
  }
}

void open(std::ifstream& in, const std::string& file) {
  // A folder can be opened, and then reads like an empty file.
  if (std::error_code error; std::filesystem::is_directory(file, error)) {
    throw StartupError(exit_code::usage, fmt::format("{} is a folder; name a file", file));
  }
  in.open(file, std::ios::binary);
  if (!in) {
    throw StartupError(exit_code::usage,
                       fmt::format("cannot read {}: {}", file, std::strerror(errno)));
  }
}

// The results would take the place of what is still to be read.
void check_is_no_input(const std::string& results, const std::string& file) {
  std::error_code missing;
  const auto input =
      file == "-" ? std::filesystem::path{"/dev/stdin"} : std::filesystem::path{file};
  if (std::filesystem::is_regular_file(results, missing) &&
      std::filesystem::equivalent(results, input, missing)) {
    throw StartupError(exit_code::usage,
                       fmt::format("--results: {} is the file that is imported", results));
  }
}

int import_links(const Arguments& arguments) {
  const auto api = ApiClient::from(arguments);
  const auto& file = arguments.operands()[0];
  std::ifstream opened;
  if (file != "-") {
    open(opened, file);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  const auto campaign = arguments.value_or("--campaign", "");
  LinkLines lines{in, format_of(arguments), campaign};
  const bool dry_run = arguments.has("--dry-run");
  const auto results = arguments.value_or("--results", "");
  check_is_no_input(results, file);
  ImportReport report{{dry_run, arguments.has("--json"), results}};
  try {
    send_all(api, lines, dry_run, report);
    if (in.bad()) {
      throw CommandFailure(exit_code::failure, fmt::format("cannot read {} to its end", file));
    }
  } catch (const CommandFailure& failure) {
    report.finish();
    throw CommandFailure(
        failure.exit_code(),
        fmt::format("stopped after line {}: {}\nSend the same file again: what was made is found "
                    "again, and no link is made twice",
                    report.last_line(), failure.what()));
  }
  report.finish();
  say_campaign_note(api, campaign);
  return report.failed() == 0 ? exit_code::ok : exit_code::partial;
}

}  // namespace

CommandSpec import_command() {
  return {"link import",
          "FILE|-",
          1,
          1,
          "Make links from CSV or NDJSON",
          {{"--format", "csv|ndjson", "Default: NDJSON when the first character is {"},
           {"--dry-run", "", "Check everything, change nothing"},
           {"--campaign", "ID", "For lines that name no campaign"},
           {"--results", "FILE", "A result for every line, as NDJSON"}},
          {"link import links.csv --dry-run", "link import links.csv --campaign camp_spring",
           "link import - --format ndjson --json < links.ndjson"},
          import_links,
          import_details};
}

}  // namespace waymark::cli
