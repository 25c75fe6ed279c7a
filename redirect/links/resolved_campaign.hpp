// A campaign made ready for the request path. Immutable but for one mark, and shared by all links
// that carry it.
#pragma once

#include "common/records.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect {

struct ResolvedCampaign {
  std::string id;
  CampaignRecord record;
  bool known = true;  // false: the link names a campaign without a record, which works by defaults
  std::uint64_t window_seconds = 0;
  std::string utm;                     // the record's parameters, each ended by `&`
  std::vector<std::string> utm_names;  // as parameter_key() gives them
  // Set when Redis says that the record changed: links that carry this one are due for refresh.
  std::atomic<bool> outdated{false};
};

std::shared_ptr<ResolvedCampaign> resolve_campaign(std::string id, CampaignRecord record,
                                                   bool known);

}  // namespace waymark::redirect
