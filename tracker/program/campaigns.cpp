#include "tracker/program/ids.hpp"
#include "tracker/program/rules.hpp"
#include "tracker/program/targets.hpp"

#include <optional>
#include <utility>

namespace waymark::tracker {
namespace {
constexpr std::size_t name_bytes_max = 200;

std::optional<Refusal> check(Store& store, const ProgramRules& rules, const CampaignRecord& before,
                             const CampaignRow& row) {
  if (row.name.size() > name_bytes_max) {
    return Refusal{RefusalKind::invalid, "name", "must have at most 200 bytes"};
  }
  if (auto read = parse_campaign(campaign_fields(row.record)); !read) {
    return refusal_of(read.error());
  }
  auto checked = check_target(store, policy_of(rules),
                              {"fallback_url", before.fallback_url, row.record.fallback_url});
  if (!checked) return checked.error();
  return {};
}

}  // namespace

Ruled<CampaignRow> create_campaign(Store& store, const ProgramRules& rules, std::string id,
                                   std::string name, const CampaignRecord& record,
                                   std::uint64_t now_ms) {
  if (!id.empty() && !is_id(id)) {
    return Refusal{RefusalKind::invalid, "id", "must be 1 to 64 of A-Z a-z 0-9 _ . : -"};
  }
  CampaignRow row;
  row.id = id.empty() ? new_id("camp_", now_ms) : std::move(id);
  row.name = std::move(name);
  row.record = record;
  row.created_ms = row.updated_ms = now_ms;
  if (auto refusal = check(store, rules, {}, row)) return *refusal;
  auto stored = store.insert_campaign(row);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

Ruled<CampaignRow> change_campaign(Store& store, const ProgramRules& rules,
                                   const CampaignRow& before, CampaignRow after,
                                   std::uint64_t now_ms) {
  if (auto refusal = check(store, rules, before.record, after)) return *refusal;
  after.updated_ms = now_ms;
  auto stored = store.update_campaign(after);
  if (!stored) return refusal_of(stored.error());
  return std::move(*stored);
}

}  // namespace waymark::tracker
