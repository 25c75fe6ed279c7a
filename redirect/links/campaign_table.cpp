#include "redirect/links/campaign_table.hpp"

#include <utility>

namespace waymark::redirect {

using Clock = std::chrono::steady_clock;

bool CampaignTable::is_fresh(const std::string& id) const {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return false;
  const Entry& entry = at->second;
  return !entry.old && !entry.campaign->outdated && Clock::now() - entry.fetched <= refresh_;
}

CampaignTable::Known CampaignTable::find(const std::string& id) const {
  if (id.empty()) return {none_, 0};
  const auto at = entries_.find(id);
  if (at == entries_.end()) return {};
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - at->second.fetched);
  return {at->second.campaign, static_cast<std::uint64_t>(age.count())};
}

void CampaignTable::store(const std::string& id, std::optional<CampaignRecord> record) {
  const bool known = record.has_value();
  CampaignRecord state = std::move(record).value_or(CampaignRecord{});
  if (entries_.size() >= campaigns_max) entries_.clear();
  Entry& entry = entries_[id];
  const bool same = entry.campaign && !entry.campaign->outdated && entry.campaign->known == known &&
                    entry.campaign->record == state;
  if (!same) {
    if (entry.campaign) entry.campaign->outdated = true;
    entry.campaign = resolve_campaign(id, std::move(state), known);
  }
  entry.fetched = Clock::now();
  entry.old = false;
}

void CampaignTable::changed(const std::string& id) {
  if (const auto at = entries_.find(id); at != entries_.end()) at->second.campaign->outdated = true;
}

void CampaignTable::mark_all_old() {
  for (auto& [id, entry] : entries_) entry.old = true;
}

}  // namespace waymark::redirect
