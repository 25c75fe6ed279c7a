#include "redirect/journal/command.hpp"

#include "common/error.hpp"
#include "redirect/journal/inspect.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace waymark::redirect {
namespace {

constexpr std::string_view usage =
    "usage: waymark-redirect journal check|dump DIR\n"
    "  check  print what is in the journal and what is damaged; exit 1 when something is\n"
    "  dump   print every click as a line of JSON\n";

std::string text_of(SequenceRange range) {
  return range.first == range.last ? fmt::format("{}", range.first)
                                   : fmt::format("{}-{}", range.first, range.last);
}

void print_segment(const SegmentReport& segment) {
  const SegmentScan& scan = segment.scan;
  fmt::print("  {}: ", segment.name.file());
  if (!segment.unreadable.empty()) {
    fmt::print("cannot be read: {}\n", segment.unreadable);
    return;
  }
  if (scan.records == 0) {
    fmt::print("no clicks\n");
  } else {
    fmt::print("{} clicks, {}\n", scan.records, text_of({scan.first, scan.last}));
  }
  if (!scan.header_valid) fmt::print("    header damaged (read by its name instead)\n");
  for (const Damage& damage : scan.damage) {
    fmt::print("    damaged at {}, {} bytes{}: {}\n", damage.offset, damage.bytes,
               damage.at_tail ? " at the end" : "",
               damage.lost.first == 0 ? "no known click is lost" : "lost " + text_of(damage.lost));
  }
}

int check(const std::filesystem::path& dir) {
  const auto journal = inspect_journal(dir);
  if (!journal) return exit_code::not_found;
  std::size_t damaged = 0;
  std::uint64_t clicks = 0;
  for (const auto& [origin, report] : *journal) {
    fmt::print("{}: {} clicks in {} segments\n", origin, report.numbers.count(),
               report.segments.size());
    for (const SegmentReport& segment : report.segments) print_segment(segment);
    for (const SequenceRange& range : report.missing) {
      fmt::print("  missing: {}\n", text_of(range));
    }
    damaged += report.damaged() ? 1U : 0U;
    clicks += report.numbers.count();
  }
  fmt::print(
      "{} clicks of {} origins; {}. What of them is owed is known to the tracker: waymark "
      "doctor\n",
      clicks, journal->size(),
      damaged == 0 ? std::string{"no damage"} : fmt::format("{} damaged", damaged));
  return damaged == 0 ? exit_code::ok : exit_code::failure;
}

int dump(const std::filesystem::path& dir) {
  const auto journal = inspect_journal(dir, [](const std::string&, const Record& record) {
    std::fwrite(record.line.data(), 1, record.line.size(), stdout);
  });
  return journal ? exit_code::ok : exit_code::not_found;
}

}  // namespace

int journal_command(int argc, const char* const* argv) {
  const std::string_view verb = argc == 3 ? argv[1] : "";
  if (verb != "check" && verb != "dump") {
    fmt::print(stderr, "{}", usage);
    return exit_code::usage;
  }
  const int code = verb == "check" ? check(argv[2]) : dump(argv[2]);
  if (code == exit_code::not_found) {
    fmt::print(stderr, "no journal in {}: give the folder that --journal names\n", argv[2]);
  }
  return code;
}

}  // namespace waymark::redirect
