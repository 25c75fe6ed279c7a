// The campaigns that links of this process carry, each with the time it was fetched. When there are
// too many, the one that no link has needed for the longest is dropped, and counts as changed.
// Control thread.
#pragma once

#include "redirect/links/resolved_campaign.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waymark::redirect {

class CampaignTable {
 public:
  CampaignTable(std::size_t campaigns_max, std::chrono::milliseconds refresh)
      : campaigns_max_(campaigns_max), refresh_(refresh) {}

  // Whether the campaign need not be asked for: known, unchanged, and younger than `refresh`.
  bool is_fresh(const std::string& id);

  struct Known {
    std::shared_ptr<const ResolvedCampaign> campaign;  // null: never fetched, or dropped since
    std::uint64_t age_ms = 0;
  };
  // Of no campaign at all (an empty id) there is one for all links.
  Known find(const std::string& id);

  // Takes what Redis said, nothing for no record. Links that carry an older state become outdated.
  // True when another was dropped for this one.
  bool store(const std::string& id, std::optional<CampaignRecord> record);

  // Redis said that the record changed.
  void changed(const std::string& id);
  // Changes may have been missed: every campaign is asked for when a link next needs it.
  void mark_all_old();

 private:
  struct Entry {
    std::string id;
    std::shared_ptr<ResolvedCampaign> campaign;
    std::chrono::steady_clock::time_point fetched;
    bool old = false;
  };
  Entry* use(std::string_view id);
  Entry& add(const std::string& id);
  void drop_first();

  std::size_t campaigns_max_;
  std::chrono::milliseconds refresh_;
  std::list<Entry> entries_;  // the one that was needed last stands last
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_id_;
  std::shared_ptr<const ResolvedCampaign> none_ = resolve_campaign({}, {}, true);
};

}  // namespace waymark::redirect
