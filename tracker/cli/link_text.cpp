#include "tracker/cli/link_text.hpp"

#include "tracker/api/times.hpp"
#include "tracker/cli/api_client.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>

namespace waymark::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

const json::value* find(const json::value& object, std::string_view name) {
  const auto* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains(name);
}

// One or any of several.
std::string choices_text(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr) return text_of(value);
  std::vector<std::string> choices;
  for (const auto& choice : *list) choices.push_back(text_of(choice));
  return fmt::format("{}", fmt::join(choices, " or "));
}

// "os ios or android", "query source=mail and x", "from 2026-05-01T00:00:00Z"
std::string condition_text(std::string_view name, const json::value& value) {
  if (value.is_int64()) return fmt::format("{} {}", name, tracker::rfc3339(value.get_int64()));
  if (!value.is_object()) return fmt::format("{} {}", name, choices_text(value));
  std::vector<std::string> parameters;
  for (const auto& [key, wanted] : value.get_object()) {
    const bool any = wanted.is_bool();  // the parameter must be there
    parameters.push_back(fmt::format("{}{}{}", std::string_view{key}, any ? "" : "=",
                                     any ? "" : choices_text(wanted)));
  }
  return fmt::format("{} {}", name, fmt::join(parameters, " and "));
}

std::string visitors_text(const json::value& rule) {
  const auto* when = find(rule, "when");
  if (when == nullptr || !when->is_object() || when->get_object().empty()) return "everybody";
  std::vector<std::string> conditions;
  for (const auto& [name, value] : when->get_object()) {
    conditions.push_back(condition_text(name, value));
  }
  return fmt::format("{}", fmt::join(conditions, ", "));
}

std::int64_t weight_of(const json::value& part) {
  const auto* weight = find(part, "weight");
  boost::system::error_code error;
  const auto number = weight == nullptr ? 1 : weight->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

std::vector<std::string> ways_of(const json::value& rule) {
  const auto visitors = visitors_text(rule);
  const auto* split = find(rule, "split");
  if (split == nullptr || !split->is_array()) {
    return {fmt::format("{} -> {}", visitors, member(rule, "destination"))};
  }
  std::int64_t all = 0;
  for (const auto& part : split->get_array()) all += weight_of(part);
  std::vector<std::string> ways;
  for (const auto& part : split->get_array()) {
    ways.push_back(fmt::format("{}, {} of {} -> {}", visitors, weight_of(part), all,
                               member(part, "destination")));
  }
  return ways;
}

}  // namespace

std::vector<std::string> rule_lines(const json::value& rules) {
  std::vector<std::string> lines;
  if (!rules.is_array()) return lines;
  for (std::size_t i = 0; i < rules.get_array().size(); ++i) {
    auto number = std::to_string(i + 1);
    for (const auto& way : ways_of(rules.get_array()[i])) {
      lines.push_back(fmt::format("{:<2} {}", number, way));
      number.clear();
    }
  }
  return lines;
}

std::vector<std::string> link_lines(const json::value& link) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view name, std::string_view text) {
    lines.push_back(fmt::format("{:<12} {}", name, printable(text)));
  };
  for (const auto field : {"short_url", "id", "code", "host", "destination", "campaign", "referrer",
                           "status", "starts_at", "expires_at", "expired_url", "max_clicks", "full",
                           "status_code", "query", "title", "description", "image", "test"}) {
    const auto text = member(link, field);
    if (!text.empty() && text != "false") add(field, text);
  }
  if (const auto* aliases = find(link, "aliases"); aliases != nullptr && aliases->is_array()) {
    std::vector<std::string> codes;
    for (const auto& code : aliases->get_array()) codes.push_back(text_of(code));
    if (!codes.empty()) add("aliases", fmt::format("{}", fmt::join(codes, ", ")));
  }
  if (const auto* rules = find(link, "rules")) {
    for (const auto& line : rule_lines(*rules)) add("rules", line);
  }
  return lines;
}

}  // namespace waymark::cli
