#include "redirect/links/resolved_campaign.hpp"

#include "redirect/decide/query.hpp"

#include <utility>

namespace waymark::redirect {

std::shared_ptr<ResolvedCampaign> resolve_campaign(std::string id, CampaignRecord record,
                                                   bool known) {
  auto campaign = std::make_shared<ResolvedCampaign>();
  campaign->id = std::move(id);
  campaign->known = known;
  campaign->window_seconds = record.window_seconds();
  for_each_parameter(record.utm, [&](const Parameter& parameter) {
    campaign->utm.append(parameter.text).append("&");
    campaign->utm_names.push_back(parameter_key(parameter.name));
  });
  campaign->record = std::move(record);
  return campaign;
}

}  // namespace waymark::redirect
