#include "common/record_leads.hpp"

#include "common/link_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark {
namespace {

// Each place of a field once for each host.
void add(std::vector<Lead>& leads, const char* field, std::string_view url,
         std::string place = {}) {
  if (url.empty()) return;
  Lead lead{field, std::move(place), host_of(url)};
  if (std::ranges::find(leads, lead) == leads.end()) leads.push_back(std::move(lead));
}

}  // namespace

std::vector<Lead> leads_of(const LinkRecord& link) {
  std::vector<Lead> leads;
  add(leads, "destination", link.destination);
  add(leads, "expired_url", link.expired_url);
  if (link.rules.empty()) return leads;
  const auto rules = parse_rules(link.rules, {}).value();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (const RuleVariant& variant : rules[i].variants) {
      add(leads, "rules", variant.destination, fmt::format("at index {}: destination ", i));
    }
  }
  return leads;
}

std::vector<Lead> leads_of(const CampaignRecord& campaign) {
  std::vector<Lead> leads;
  add(leads, "fallback_url", campaign.fallback_url);
  return leads;
}

std::vector<Lead> leads_of(const DomainRecord& domain) {
  std::vector<Lead> leads;
  if (leads_to_root(domain.root_url)) add(leads, "root_url", domain.root_url);
  add(leads, "fallback_url", domain.fallback_url);
  return leads;
}

}  // namespace waymark
