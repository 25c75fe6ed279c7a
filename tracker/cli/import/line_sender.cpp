#include "tracker/cli/import/line_sender.hpp"

#include "common/error.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

constexpr int attempts_max = 6;
constexpr std::chrono::milliseconds pause_step{500};

std::string post(const ApiClient& api, const std::string& lines, bool dry_run) {
  const auto* path = dry_run ? "/v1/links/batch?dry_run=true" : "/v1/links/batch";
  for (int attempt = 1;; ++attempt) {
    try {
      return api.post_lines(path, lines);
    } catch (const CommandFailure& failure) {
      const bool passes = failure.exit_code() == exit_code::unavailable ||
                          failure.exit_code() == exit_code::temporary;
      if (!passes || attempt == attempts_max) {
        throw;
      }
      std::this_thread::sleep_for(attempt * pause_step);
    }
  }
}

bool flag(const json::object& result, std::string_view name) {
  const auto* value = result.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// Takes the next line of the answer off.
json::object take_result(std::string_view& answer) {
  const auto line = answer.substr(0, answer.find('\n'));
  answer.remove_prefix(std::min(answer.size(), line.size() + 1));
  boost::system::error_code error;
  auto value = json::parse({line.data(), line.size()}, error);
  if (error || !value.is_object()) {
    throw CommandFailure(exit_code::failure,
                         "the API left lines without a result: is it older than this command?");
  }
  return std::move(value.get_object());
}

}  // namespace

bool LineOutcome::ok() const {
  return flag(result, "ok");
}

bool LineOutcome::made() const {
  return flag(result, "made");
}

std::vector<LineOutcome> send_lines(const ApiClient& api, std::vector<LinkLine> lines,
                                    bool dry_run) {
  std::string body;
  for (const auto& line : lines) {
    if (!line.json.empty()) {
      body += line.json + "\n";
    }
  }
  const auto answer = body.empty() ? std::string{} : post(api, body, dry_run);
  std::string_view rest = answer;
  std::vector<LineOutcome> outcomes;
  outcomes.reserve(lines.size());
  for (auto& line : lines) {
    auto result = line.json.empty() ? failure_of("validation_failed", line.field, line.problem)
                                    : take_result(rest);
    result["line"] = line.number;
    outcomes.push_back({std::move(line), std::move(result)});
  }
  return outcomes;
}

json::object failure_of(std::string_view code, std::string_view field, std::string_view text) {
  json::object error{{"code", code}, {"detail", text}};
  if (!field.empty()) {
    error["param"] = field;
  }
  return {{"line", 0}, {"ok", false}, {"error", std::move(error)}};
}

}  // namespace waymark::cli
