// Making and changing links, campaigns and domains: the rules between the API and the store. What
// passes here is a record that the edge accepts, since both read it with common/records.hpp.
//
// All calls run on the thread of the store they are given.
#pragma once

#include "common/code.hpp"
#include "common/records.hpp"
#include "tracker/program/refusal.hpp"
#include "tracker/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

struct ProgramRules {
  std::string base_url = "http://127.0.0.1:8080";  // of short links, without a final slash
  CodeCase code_case = CodeCase::fold;
  std::vector<std::string> reserved_codes;      // refused as codes, in any case
  std::vector<std::string> destinations_allow;  // empty: every host
};

// A link to be made. An empty id or code is chosen; an empty host means every domain.
struct NewLink {
  std::string id, host, code;
  LinkRecord record;
};

// Fails with invalid (naming the field), code_taken, id_taken.
Ruled<LinkRow> create_link(Store& store, const ProgramRules& rules, NewLink link,
                           std::uint64_t now_ms);
Ruled<LinkRow> set_link_status(Store& store, std::string_view id, LinkStatus status,
                               std::uint64_t now_ms);
// The address that people share.
std::string short_url(const ProgramRules& rules, const LinkRow& link);

// An empty id is chosen.
Ruled<CampaignRow> create_campaign(Store& store, const ProgramRules& rules, std::string id,
                                   std::string name, const CampaignRecord& record,
                                   std::uint64_t now_ms);
Ruled<CampaignRow> set_campaign_status(Store& store, std::string_view id, CampaignStatus status,
                                       std::uint64_t now_ms);

Ruled<DomainRow> create_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms);
Ruled<DomainRow> change_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms);

// Lower case host name or IP literal, without a port; nothing when it is not one.
std::optional<std::string> normalize_host(std::string_view host);

}  // namespace waymark::tracker
