#include "tracker/program/targets.hpp"

namespace waymark::tracker {

Ruled<void> check_target(Store& store, const ProgramRules& rules, std::string_view field,
                         std::string_view url) {
  if (url.empty()) return {};
  const auto policy = destination_policy(rules.base_url, rules.destinations_allow);
  if (const auto allowed = check_destination(url, policy); !allowed) {
    return Refusal{RefusalKind::invalid, std::string{field}, allowed.error().problem};
  }
  const std::string host = host_of(url);
  if (policy.knows(host)) return {};
  const auto own = store.domain(host);
  if (own) {
    return Refusal{RefusalKind::invalid, std::string{field}, "leads to a domain of short links"};
  }
  if (own.error() != Errc::not_found) return refusal_of(own.error());
  return {};
}

}  // namespace waymark::tracker
