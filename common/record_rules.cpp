#include "common/json_names.hpp"
#include "common/limits.hpp"
#include "common/record_conditions.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <utility>

namespace waymark {
namespace {

namespace json = boost::json;
using detail::Problem;
using detail::view_of;

Problem read_destination(const json::value& value, const DestinationPolicy& policy,
                         std::string& destination) {
  if (!value.is_string()) return "destination must be a text";
  const std::string_view text = view_of(value.get_string());
  if (const auto checked = check_destination(text, policy); checked.has_error()) {
    return "destination " + checked.error().problem;
  }
  destination = text;
  return {};
}

Problem read_weight(const json::value& value, std::uint32_t& weight) {
  const std::int64_t* const number = value.if_int64();
  if (number == nullptr || *number < 1 || *number > limits::split_weight_max) {
    return fmt::format("weight must be a whole number from 1 to {}", limits::split_weight_max);
  }
  weight = static_cast<std::uint32_t>(*number);
  return {};
}

Problem read_variant(const json::value& value, const DestinationPolicy& policy,
                     RuleVariant& variant) {
  if (!value.is_object()) return "split must be a list of objects";
  bool has_weight = false;
  for (const auto& [key, member] : value.get_object()) {
    Problem problem;
    if (key == "destination") {
      problem = read_destination(member, policy, variant.destination);
    } else if (key == "weight") {
      has_weight = true;
      problem = read_weight(member, variant.weight);
    } else {
      problem = detail::unknown_key(view_of(key), "weight and destination");
    }
    if (problem) return "split's " + *problem;
  }
  if (variant.destination.empty()) return "split has an entry without destination";
  if (!has_weight) return "split has an entry without weight";
  return {};
}

Problem read_split(const json::value& value, const DestinationPolicy& policy,
                   std::vector<RuleVariant>& variants) {
  if (!value.is_array() || value.get_array().empty()) return "split must be a list of objects";
  if (value.get_array().size() > limits::split_variants_max) {
    return fmt::format("split has more than {} entries", limits::split_variants_max);
  }
  for (const json::value& entry : value.get_array()) {
    if (Problem problem = read_variant(entry, policy, variants.emplace_back())) return problem;
  }
  return {};
}

// A rule leads to one destination or is split between several.
Problem read_rule(const json::value& value, const DestinationPolicy& policy, LinkRule& rule) {
  if (!value.is_object()) return "must be an object";
  const json::object& object = value.get_object();
  for (const auto& [key, member] : object) {
    Problem problem;
    if (key == "when") {
      problem = detail::read_conditions(member, rule.when);
    } else if (key == "destination") {
      rule.variants.resize(1);
      problem = read_destination(member, policy, rule.variants.front().destination);
    } else if (key != "split") {
      problem = detail::unknown_key(view_of(key), "when, destination and split");
    }
    if (problem) return problem;
  }
  const json::value* const split = object.if_contains("split");
  if (split == nullptr) return rule.variants.empty() ? Problem{"has no destination"} : Problem{};
  if (!rule.variants.empty()) return "has both destination and split";
  return read_split(*split, policy, rule.variants);
}

}  // namespace

RecordResult<std::vector<LinkRule>> parse_rules(std::string_view text,
                                                const DestinationPolicy& policy) {
  boost::system::error_code error;
  const json::value value = json::parse({text.data(), text.size()}, error);
  if (error) return RecordProblem{"rules", "is not JSON: " + error.message()};
  if (const auto name = name_written_twice(text)) {
    return RecordProblem{"rules",
                         fmt::format("names '{}' twice in one object", detail::shown(*name))};
  }
  if (!value.is_array()) return RecordProblem{"rules", "must be a list of objects"};
  const json::array& list = value.get_array();
  if (list.size() > limits::rules_max) {
    return RecordProblem{"rules", fmt::format("has more than {} entries", limits::rules_max)};
  }
  std::vector<LinkRule> rules(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (Problem problem = read_rule(list[i], policy, rules[i])) {
      return RecordProblem{fmt::format("rules/{}", i), std::move(*problem)};
    }
  }
  return rules;
}

}  // namespace waymark
