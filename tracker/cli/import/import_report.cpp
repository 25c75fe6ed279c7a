#include "tracker/cli/import/import_report.hpp"

#include "common/error.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

// Lines that failed which a person is shown; --results has all of them.
constexpr std::size_t failures_shown_max = 50;

struct Claim {
  std::string_view field;
  std::string name;
};

// What no other line may have: what it names itself, as the API told it, the key before the rest.
std::vector<Claim> claims_of(const LineOutcome& outcome) {
  std::vector<Claim> claims;
  if (!outcome.line.key.empty()) claims.push_back({"idempotency_key", "key " + outcome.line.key});
  const auto id = member(outcome.result, "id");
  if (!id.empty()) claims.push_back({"id", "id " + id});
  const auto host = member(outcome.result, "host");
  const auto code = member(outcome.result, "code");
  if (!code.empty()) claims.push_back({"code", fmt::format("code {}/{}", host, code)});
  if (const auto* aliases = outcome.result.if_contains("aliases")) {
    for (const auto& alias : aliases->as_array()) {
      claims.push_back(
          {"aliases", fmt::format("code {}/{}", host, json::value_to<std::string>(alias))});
    }
  }
  return claims;
}

}  // namespace

ImportReport::ImportReport(ImportOptions options)
    : options_(std::move(options)), on_terminal_(::isatty(STDERR_FILENO) == 1) {
  if (options_.results.empty()) {
    return;
  }
  results_.open(options_.results, std::ios::trunc);
  if (!results_) {
    throw StartupError(exit_code::usage, fmt::format("--results: cannot write {}: {}",
                                                     options_.results, std::strerror(errno)));
  }
}

void ImportReport::take(std::vector<LineOutcome> outcomes) {
  for (auto& outcome : outcomes) {
    if (options_.dry_run) {
      check_against_earlier(outcome);
    }
    take(std::move(outcome));
  }
  show_progress();
}

void ImportReport::check_against_earlier(LineOutcome& outcome) {
  if (!outcome.made()) return;
  const auto claims = claims_of(outcome);
  for (const auto& claim : claims) {
    const auto earlier = taken_.find(claim.name);
    if (earlier == taken_.end()) continue;
    if (claim.field == "idempotency_key" || earlier->second.content == outcome.line.content) {
      outcome.result["made"] = false;  // the same link, which line one of them makes
      return;
    }
    outcome.result =
        failure_of(claim.field == "id" ? "id_taken" : "code_taken", claim.field,
                   fmt::format("{} is taken by line {}.", claim.field, earlier->second.line));
    outcome.result["line"] = outcome.line.number;
    return;
  }
  for (const auto& claim : claims) {
    taken_.try_emplace(claim.name, Taken{outcome.line.number, outcome.line.content});
  }
}

void ImportReport::take(LineOutcome outcome) {
  last_line_ = outcome.line.number;
  const auto text = json::serialize(outcome.result);
  if (results_.is_open()) {
    results_ << text << '\n';
  }
  if (options_.json) {
    std::fwrite((text + "\n").data(), 1, text.size() + 1, stdout);
  }
  if (outcome.ok()) {
    ++(outcome.made() ? made_ : there_);
    return;
  }
  ++failed_;
  if (failures_.size() < failures_shown_max) {
    const auto& error = outcome.result["error"];
    failures_.push_back({std::to_string(outcome.line.number), member(error, "code"),
                         member(error, "param"), member(error, "detail")});
  }
}

void ImportReport::show_progress() const {
  if (on_terminal_) {
    std::fputs(fmt::format("\r{} lines, {} failed ", made_ + there_ + failed_, failed_).c_str(),
               stderr);
  }
}

void ImportReport::finish() {
  if (on_terminal_) {
    std::fputs("\r\x1b[K", stderr);
  }
  std::fflush(stdout);
  if (!failures_.empty() && !options_.json) {
    failures_.insert(failures_.begin(), {"LINE", "ERROR", "FIELD", "TEXT"});
    print_line(table(failures_));
    if (failed_ >= failures_.size()) {
      say(fmt::format("... and {} more; --results FILE keeps a result for every line",
                      failed_ - failures_.size() + 1));
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
  say(fmt::format("{}: {} links {}, {} there before, {} lines failed, in {:.1f} s",
                  options_.dry_run ? "Dry run, nothing was changed" : "Done", made_,
                  options_.dry_run ? "to make" : "made", there_, failed_, took.count()));
  if (results_.is_open() && !results_.flush()) {
    throw CommandFailure(exit_code::failure,
                         fmt::format("cannot write all of {}", options_.results));
  }
}

}  // namespace waymark::cli
