#include "tracker/program/link_checks.hpp"

#include "common/ascii.hpp"
#include "common/link_rules.hpp"
#include "tracker/program/targets.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waymark::tracker {
namespace {

namespace json = boost::json;

// `place` is that of the rule or of a part of its split.
Ruled<void> check_destination_of(Store& store, const DestinationPolicy& policy,
                                 const json::value& part, const std::string& place) {
  const auto* object = part.if_object();
  const auto* destination = object == nullptr ? nullptr : object->if_contains("destination");
  if (destination == nullptr || !destination->is_string()) return {};
  const std::string field = place + "/destination";
  return check_target(store, policy, {field, {}, std::string_view{destination->get_string()}});
}

// The form of the rules was checked with the record: what is not there is not asked for here.
Ruled<void> check_rule_targets(Store& store, const DestinationPolicy& policy,
                               std::string_view text) {
  boost::system::error_code error;
  const json::value list = json::parse({text.data(), text.size()}, error);
  if (error || !list.is_array()) return {};
  for (std::size_t i = 0; i < list.get_array().size(); ++i) {
    const json::value& rule = list.get_array()[i];
    const std::string place = fmt::format("rules/{}", i);
    if (auto checked = check_destination_of(store, policy, rule, place); !checked) return checked;
    const auto* split = rule.is_object() ? rule.get_object().if_contains("split") : nullptr;
    if (split == nullptr || !split->is_array()) continue;
    for (std::size_t part = 0; part < split->get_array().size(); ++part) {
      auto checked = check_destination_of(store, policy, split->get_array()[part],
                                          fmt::format("{}/split/{}", place, part));
      if (!checked) return checked;
    }
  }
  return {};
}

Ruled<void> check_times(const LinkRecord& before, const LinkRecord& after) {
  const bool same = after.starts_at == before.starts_at && after.expires_at == before.expires_at;
  if (same || !after.starts_at || !after.expires_at || *after.starts_at < *after.expires_at) {
    return {};
  }
  return Refusal{RefusalKind::invalid, "expires_at",
                 "must be later than starts_at, or the link is never open"};
}

}  // namespace

std::string folded_code(const ProgramRules& rules, std::string_view code) {
  return rules.code_case == CodeCase::fold ? lowered(code) : std::string{code};
}

bool is_reserved(const ProgramRules& rules, std::string_view code) {
  return std::ranges::any_of(rules.reserved_codes, [code](const auto& reserved) {
    return equal_ignoring_case(reserved, code);
  });
}

Ruled<std::string> checked_code(const ProgramRules& rules, std::string_view code) {
  if (!is_code(code)) {
    return Refusal{RefusalKind::invalid, "code", "must be 1 to 64 of A-Z a-z 0-9 _ -"};
  }
  if (is_reserved(rules, code)) {
    return Refusal{RefusalKind::invalid, "code", "is a reserved word (setting codes.reserved)"};
  }
  return folded_code(rules, code);
}

Ruled<void> check_code_is_free(Store& store, const LinkRow& link, std::string_view code) {
  const auto other = store.link_by_code(link.host, code);
  if (other && other->id != link.id) {
    return Refusal{RefusalKind::code_taken, "code", "is taken on this host"};
  }
  if (!other && other.error() != Errc::not_found) return refusal_of(other.error());
  const auto alias = store.alias(link.host, code);
  if (alias && alias->link != link.id) {
    return Refusal{RefusalKind::code_taken, "code",
                   "was given to another link before, and still leads there"};
  }
  if (!alias && alias.error() != Errc::not_found) return refusal_of(alias.error());
  return {};
}

Ruled<void> check_link(Store& store, const ProgramRules& rules, const LinkRecord& before,
                       const LinkRecord& after) {
  // Where it may lead is for check_target, which knows all of it.
  if (auto read = parse_link(link_fields(after), DestinationPolicy{}); !read) {
    const auto list = parse_rules(after.rules.empty() ? "[]" : after.rules, {});
    return refusal_of(list ? read.error() : list.error());  // which names the rule
  }
  if (auto opens = check_times(before, after); !opens) return opens;
  const DestinationPolicy policy = policy_of(rules);
  for (const Target& target : {Target{"destination", before.destination, after.destination},
                               {"expired_url", before.expired_url, after.expired_url}}) {
    if (auto checked = check_target(store, policy, target); !checked) return checked;
  }
  if (after.rules == before.rules || after.rules.empty()) return {};
  return check_rule_targets(store, policy, after.rules);
}

}  // namespace waymark::tracker
