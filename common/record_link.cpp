#include "common/code.hpp"
#include "common/link_rules.hpp"
#include "common/record_fields.hpp"

#include <array>

namespace waymark {
namespace {

using detail::Problem;

constexpr std::array<std::string_view, 5> status_codes{"302", "301", "303", "307", "308"};

Problem read_status_code(std::string_view text, int& value) {
  for (const std::string_view known : status_codes) {
    if (text != known) continue;
    value = 300 + (text[2] - '0');
    return {};
  }
  return "must be 301, 302, 303, 307 or 308";
}

Problem read_query_policy(std::string_view text, QueryPolicy& value) {
  if (text != "pass" && text != "drop") return "must be pass or drop";
  value = text == "pass" ? QueryPolicy::pass : QueryPolicy::drop;
  return {};
}

// The text is kept as it stands; the edge reads it again when it compiles the rules.
Problem read_rules(std::string_view text, const DestinationPolicy& policy, std::string& value) {
  const auto rules = parse_rules(text, policy);
  if (rules.has_error()) {
    const auto& [place, problem] = rules.error();
    return place == "rules" ? problem : "in " + place + ": " + problem;
  }
  value = text;
  return {};
}

Problem read_alias(std::string_view text, std::string& value) {
  if (!is_code(text)) return "must be a code: 1 to 64 of A-Z a-z 0-9 _ -";
  value = text;
  return {};
}

Problem read_link_field(std::string_view name, std::string_view value,
                        const DestinationPolicy& policy, LinkRecord& link) {
  using namespace detail;
  if (name == "destination") return read_destination(value, policy, link.destination);
  if (name == "campaign") return read_id(value, link.campaign);
  if (name == "referrer") return read_id(value, link.referrer);
  if (name == "link") return read_id(value, link.link);
  if (name == "status") {
    return read_word(link_status_from(value), "active, paused or archived", link.status);
  }
  if (name == "starts_at") return read_time(value, link.starts_at);
  if (name == "expires_at") return read_time(value, link.expires_at);
  if (name == "expired_url") return read_url(value, policy, link.expired_url);
  if (name == "max_clicks") return read_number(value, link.max_clicks);
  if (name == "full") return read_flag(value, link.full);
  if (name == "rules") return read_rules(value, policy, link.rules);
  if (name == "status_code") return read_status_code(value, link.status_code);
  if (name == "query") return read_query_policy(value, link.query);
  if (name == "title") return read_text(value, link.title);
  if (name == "description") return read_text(value, link.description);
  if (name == "image") return read_url(value, {}, link.image);
  if (name == "test") return read_flag(value, link.test);
  if (name == "alias_of") return read_alias(value, link.alias_of);
  return {};
}

}  // namespace

RecordResult<LinkRecord> parse_link(const RecordFields& fields, const DestinationPolicy& policy) {
  LinkRecord link;
  auto problem = detail::read_fields(fields, [&](std::string_view name, std::string_view value) {
    return read_link_field(name, value, policy, link);
  });
  if (problem) return std::move(*problem);
  if (link.destination.empty() && link.alias_of.empty()) {
    return RecordProblem{"destination", "is missing"};
  }
  return link;
}

RecordFields link_fields(const LinkRecord& link) {
  RecordFields fields;
  const auto put = [&fields](const char* name, std::string value) {
    if (!value.empty()) fields.emplace_back(name, std::move(value));
  };
  put("destination", link.destination);
  put("campaign", link.campaign);
  put("referrer", link.referrer);
  put("link", link.link);
  if (link.status != LinkStatus::active) put("status", std::string{to_text(link.status)});
  if (link.starts_at) put("starts_at", std::to_string(*link.starts_at));
  if (link.expires_at) put("expires_at", std::to_string(*link.expires_at));
  put("expired_url", link.expired_url);
  if (link.max_clicks) put("max_clicks", std::to_string(*link.max_clicks));
  if (link.full) put("full", "1");
  put("rules", link.rules);
  if (link.status_code != 302) put("status_code", std::to_string(link.status_code));
  if (link.query == QueryPolicy::drop) put("query", "drop");
  put("title", link.title);
  put("description", link.description);
  put("image", link.image);
  if (link.test) put("test", "1");
  put("alias_of", link.alias_of);
  return fields;
}

std::string_view to_text(LinkStatus status) {
  switch (status) {
    case LinkStatus::active:
      return "active";
    case LinkStatus::paused:
      return "paused";
    case LinkStatus::archived:
      return "archived";
  }
  return {};
}

std::optional<LinkStatus> link_status_from(std::string_view text) {
  for (const auto status : {LinkStatus::active, LinkStatus::paused, LinkStatus::archived}) {
    if (text == to_text(status)) return status;
  }
  return {};
}

}  // namespace waymark
