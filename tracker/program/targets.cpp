#include "tracker/program/targets.hpp"

#include "common/limits.hpp"
#include "common/record_leads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

namespace waymark::tracker {
namespace {

Refusal invalid(const Target& target, std::string problem) {
  return {RefusalKind::invalid, std::string{target.field}, std::move(problem)};
}

Ruled<void> check_is_no_domain(Store& store, const DestinationPolicy& policy,
                               const Target& target) {
  const std::string host = host_of(target.after);
  if (policy.knows(host)) return {};
  const auto own = store.domain(host);
  if (own) return invalid(target, "leads to a domain of short links");
  if (own.error() != Errc::not_found) return refusal_of(own.error());
  return {};
}

// --- who leads to a host ---

constexpr std::size_t counted_max = 1'000;

std::vector<Lead> leads_of(const Change& change) {
  if (const auto* link = std::get_if<LinkRow>(&change)) {
    if (link->record.status == LinkStatus::archived) return {};
    return waymark::leads_of(link->record);
  }
  if (const auto* campaign = std::get_if<CampaignRow>(&change)) {
    return waymark::leads_of(campaign->record);
  }
  if (const auto* domain = std::get_if<DomainRow>(&change)) {
    return domain->removed ? std::vector<Lead>{} : waymark::leads_of(domain->record);
  }
  return {};
}

std::string name_of(const Change& change) {
  if (const auto* link = std::get_if<LinkRow>(&change)) {
    return fmt::format("link {} (code {})", link->id, link->code);
  }
  if (const auto* campaign = std::get_if<CampaignRow>(&change)) return "campaign " + campaign->id;
  return "domain " + std::get<DomainRow>(change).host;
}

}  // namespace

DestinationPolicy policy_of(const ProgramRules& rules) {
  return destination_policy(rules.base_url, rules.destinations_allow);
}

Ruled<void> check_target(Store& store, const DestinationPolicy& policy, const Target& target) {
  if (target.after.empty() || target.after == target.before) return {};
  if (const auto allowed = check_destination(target.after, policy); !allowed) {
    return invalid(target, allowed.error().problem);
  }
  if (filled_bytes_max(target.after) > limits::filled_bytes_max) {
    return invalid(target, fmt::format("may take more than {} bytes once its placeholders are "
                                       "filled in",
                                       limits::filled_bytes_max));
  }
  return check_is_no_domain(store, policy, target);
}

Ruled<void> check_root_target(Store& store, const DestinationPolicy& policy, const Target& target) {
  if (target.after.empty() || target.after == target.before) return {};
  if (const auto allowed = check_root_url(target.after, policy); !allowed) {
    return invalid(target, allowed.error().problem);
  }
  if (!leads_to_root(target.after)) return {};
  return check_is_no_domain(store, policy, target);
}

Ruled<void> check_nothing_leads_to(Store& store, std::string_view host) {
  const std::string text = "//" + std::string{host};
  std::size_t count = 0;
  std::string first;
  for (std::uint64_t after = 0; count < counted_max;) {
    const auto page = store.changes_with(text, after, counted_max);
    if (!page) return refusal_of(page.error());
    for (const Change& change : *page) {
      after = std::visit([](const auto& row) { return row.change; }, change);
      const auto leads = leads_of(change);
      if (std::ranges::find(leads, host, &Lead::host) == leads.end()) continue;
      if (++count == 1) first = name_of(change);
    }
    if (page->size() < counted_max) break;
  }
  if (count == 0) return {};
  return Refusal{
      RefusalKind::host_in_use, "host",
      fmt::format("is led to by {}{} of the links, campaigns and domains, such as {}: visitors are "
                  "never sent to a domain of short links. Let these lead elsewhere first, or "
                  "archive such links",
                  count >= counted_max ? "at least " : "", count, first)};
}

}  // namespace waymark::tracker
