// The campaigns that links of this process carry, each with the time it was fetched. Control
// thread.
#pragma once

#include "redirect/links/resolved_campaign.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace waymark::redirect {

class CampaignTable {
 public:
  static constexpr std::size_t campaigns_max = 100'000;

  explicit CampaignTable(std::chrono::milliseconds refresh) : refresh_(refresh) {}

  // Whether the campaign need not be asked for: known, unchanged, and younger than `refresh`.
  bool is_fresh(const std::string& id) const;

  struct Known {
    std::shared_ptr<const ResolvedCampaign> campaign;  // null: never fetched
    std::uint64_t age_ms = 0;
  };
  // Of no campaign at all (an empty id) there is one for all links.
  Known find(const std::string& id) const;

  // Takes what Redis said, nothing for no record. Links that carry an older state become outdated.
  void store(const std::string& id, std::optional<CampaignRecord> record);

  // Redis said that the record changed.
  void changed(const std::string& id);
  // Changes may have been missed: every campaign is asked for when a link next needs it.
  void mark_all_old();

 private:
  struct Entry {
    std::shared_ptr<ResolvedCampaign> campaign;
    std::chrono::steady_clock::time_point fetched;
    bool old = false;
  };
  std::chrono::milliseconds refresh_;
  std::unordered_map<std::string, Entry> entries_;
  std::shared_ptr<const ResolvedCampaign> none_ = resolve_campaign({}, {}, true);
};

}  // namespace waymark::redirect
