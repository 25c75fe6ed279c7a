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

// A link to be made. An empty id or code is chosen; an empty host means every domain. Aliases are
// codes that it had elsewhere: they lead to it as if it had been renamed.
struct NewLink {
  std::string id, host, code;
  std::vector<std::string> aliases;
  LinkRecord record;
};

// Fails with invalid (naming the field), code_taken, id_taken.
Ruled<LinkRow> create_link(Store& store, const ProgramRules& rules, NewLink link,
                           std::uint64_t now_ms);
// The same for one of many, where trying again must not make a second link: a link that is there
// already with just these fields will do. With a `key` (not empty), a link that was made with it
// will do, whatever became of it since.
struct ImportedLink {
  LinkRow row;
  std::vector<std::string> aliases{};  // that were asked for, as they are stored
  bool made = false;                   // false: it was there
};
Ruled<ImportedLink> import_link(Store& store, const ProgramRules& rules, NewLink link,
                                std::string_view key, std::uint64_t now_ms);
// `after` is `before` with other fields, or another code: then the old code goes on as an alias.
// What is the same as before is left alone, and has the change it had.
Ruled<LinkRow> change_link(Store& store, const ProgramRules& rules, const LinkRow& before,
                           LinkRow after, std::uint64_t now_ms);
// A code as it is stored and looked up.
std::string folded_code(const ProgramRules& rules, std::string_view code);
// The address that people share.
std::string short_url(const ProgramRules& rules, const LinkRow& link);

// An empty id is chosen.
Ruled<CampaignRow> create_campaign(Store& store, const ProgramRules& rules, std::string id,
                                   std::string name, const CampaignRecord& record,
                                   std::uint64_t now_ms);
// `after` is `before`, the row as stored, with other fields.
Ruled<CampaignRow> change_campaign(Store& store, const ProgramRules& rules,
                                   const CampaignRow& before, CampaignRow after,
                                   std::uint64_t now_ms);

// Fails with host_in_use while records lead to the host.
Ruled<DomainRow> create_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms);
Ruled<DomainRow> change_domain(Store& store, const ProgramRules& rules, std::string_view host,
                               const DomainRecord& record, std::uint64_t now_ms);

}  // namespace waymark::tracker
