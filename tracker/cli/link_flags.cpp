#include "tracker/cli/link_flags.hpp"

#include "common/error.hpp"
#include "tracker/cli/commands.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

using FlagAndField = std::pair<std::string_view, std::string_view>;

constexpr FlagAndField texts[] = {
    {"--destination", "destination"}, {"--code", "code"},         {"--id", "id"},
    {"--campaign", "campaign"},       {"--referrer", "referrer"}, {"--status", "status"},
    {"--expired-url", "expired_url"}, {"--query", "query"},       {"--title", "title"},
    {"--description", "description"}, {"--image", "image"}};
constexpr FlagAndField moments[] = {{"--starts-at", "starts_at"}, {"--expires-at", "expires_at"}};

json::value rules_of(const std::string& file) {
  boost::system::error_code error;
  json::value rules = json::parse(text_of_file("--rules", file), error);
  if (error || !rules.is_array()) {
    throw StartupError(exit_code::usage,
                       fmt::format("--rules: {} must hold a JSON list, "
                                   "[{{\"when\":{{\"os\":[\"ios\"]}},\"destination\":\"https://"
                                   "...\"}}]: {}",
                                   file, error ? error.message() : "it holds something else"));
  }
  return rules;
}

json::value flag_of(std::string_view flag, std::string_view text) {
  if (text != "true" && text != "false") {
    throw StartupError(exit_code::usage,
                       fmt::format("{}: '{}' is neither true nor false", flag, text));
  }
  return text == "true";
}

}  // namespace

std::vector<FlagSpec> link_field_flags() {
  return {{"--campaign", "ID", "Campaign that its clicks belong to"},
          {"--referrer", "ID", "Whose link it is"},
          {"--starts-at", "TIME",
           "Works from then on: 2026-01-31T12:00:00Z, 2026-01-31 (0:00 UTC), unix seconds"},
          {"--expires-at", "TIME", "Expired from then on; a date alone means its 0:00 UTC"},
          {"--expired-url", "URL", "Where late visitors go"},
          {"--max-clicks", "N", "Counted clicks after which the link is full"},
          {"--rules", "FILE", "JSON list of rules, first match wins (- is standard input)"},
          {"--status-code", "N", "301, 302 (default), 303, 307 or 308"},
          {"--query", "pass|drop", "What becomes of the visitor's own parameters"},
          {"--title", "TEXT", "Shown by previews in messengers"},
          {"--description", "TEXT", "Likewise"},
          {"--image", "URL", "Likewise"}};
}

json::object link_members(const Arguments& arguments) {
  json::object members;
  const auto take = [&](std::string_view flag, std::string_view field, auto read) {
    const auto value = arguments.value(flag);
    if (value) {
      members[field] = value->empty() ? json::value{} : json::value(read(*value));
    }
  };
  for (const auto& [flag, field] : texts) {
    take(flag, field, [](const std::string& text) { return text; });
  }
  for (const auto& [flag, field] : moments) {
    take(flag, field, [name = flag](const std::string& text) { return moment_of(name, text); });
  }
  take("--max-clicks", "max_clicks", [](const std::string& text) {
    return number_of("--max-clicks", text, 1, 1'000'000'000'000);
  });
  take("--status-code", "status_code",
       [](const std::string& text) { return number_of("--status-code", text, 301, 308); });
  take("--test", "test", [](const std::string& text) { return flag_of("--test", text); });
  take("--rules", "rules", rules_of);
  return members;
}

}  // namespace waymark::cli
