#include "redirect/links/campaign_table.hpp"

#include <iterator>
#include <utility>

namespace waymark::redirect {

using Clock = std::chrono::steady_clock;

// Null when it is not known.
CampaignTable::Entry* CampaignTable::use(std::string_view id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return nullptr;
  entries_.splice(entries_.end(), entries_, at->second);
  return &*at->second;
}

bool CampaignTable::is_fresh(const std::string& id) {
  const Entry* const entry = use(id);
  return entry != nullptr && !entry->old && !entry->campaign->outdated &&
         Clock::now() - entry->fetched <= refresh_;
}

CampaignTable::Known CampaignTable::find(const std::string& id) {
  if (id.empty()) return {none_, 0};
  const Entry* const entry = use(id);
  if (entry == nullptr) return {};
  const auto age =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - entry->fetched);
  return {entry->campaign, static_cast<std::uint64_t>(age.count())};
}

bool CampaignTable::store(const std::string& id, std::optional<CampaignRecord> record) {
  const bool known = record.has_value();
  CampaignRecord state = std::move(record).value_or(CampaignRecord{});
  Entry* entry = use(id);
  const bool full = entry == nullptr && entries_.size() >= campaigns_max_;
  if (full) drop_first();
  if (entry == nullptr) entry = &add(id);
  const bool same = entry->campaign && !entry->campaign->outdated &&
                    entry->campaign->known == known && entry->campaign->record == state;
  if (!same) {
    if (entry->campaign) entry->campaign->outdated = true;
    entry->campaign = resolve_campaign(id, std::move(state), known);
  }
  entry->fetched = Clock::now();
  entry->old = false;
  return full;
}

CampaignTable::Entry& CampaignTable::add(const std::string& id) {
  Entry& entry = entries_.emplace_back();
  entry.id = id;
  by_id_.emplace(entry.id, std::prev(entries_.end()));
  return entry;
}

// Links that carry it would not hear of changes any more.
void CampaignTable::drop_first() {
  entries_.front().campaign->outdated = true;
  by_id_.erase(entries_.front().id);
  entries_.pop_front();
}

void CampaignTable::changed(const std::string& id) {
  if (const auto at = by_id_.find(id); at != by_id_.end()) at->second->campaign->outdated = true;
}

void CampaignTable::mark_all_old() {
  for (Entry& entry : entries_) entry.old = true;
}

}  // namespace waymark::redirect
