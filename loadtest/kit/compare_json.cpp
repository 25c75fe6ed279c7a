#include "loadtest/kit/compare.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace waymark::loadtest {
namespace {

namespace json = boost::json;

json::object member(const Difference& each) {
  json::object object{{"metric", each.metric},     {"unit", each.unit},
                      {"base", each.base_value},   {"new", each.changed_value},
                      {"relative", each.relative}, {"difference", each.by},
                      {"interval", nullptr},       {"beyond_noise", each.beyond_noise()}};
  if (each.interval) object["interval"] = json::array{each.interval->low, each.interval->high};
  return object;
}

}  // namespace

std::string comparison_json(std::span<const RunResult> base, std::span<const RunResult> changed) {
  const auto differences = compare(base, changed);
  json::array members;
  for (const auto& each : differences) members.push_back(member(each));
  json::array warnings;
  for (const auto& caution : cautions(base, changed)) warnings.emplace_back(caution);
  const json::object object{
      {"base_runs", base.size()},
      {"new_runs", changed.size()},
      {"beyond_noise", std::any_of(differences.begin(), differences.end(),
                                   [](const auto& each) { return each.beyond_noise(); })},
      {"cautions", std::move(warnings)},
      {"differences", std::move(members)}};
  return json::serialize(object) + "\n";
}

}  // namespace waymark::loadtest
