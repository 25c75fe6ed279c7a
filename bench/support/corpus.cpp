#include "bench/support/corpus.hpp"

#include "common/records.hpp"
#include "redirect/server/request_parser.hpp"

#include <stdexcept>

namespace waymark::bench {
namespace {

constexpr std::string_view link_prefix = "wm:link:";
constexpr std::string_view campaign_prefix = "wm:campaign:";

using Campaigns = std::unordered_map<std::string, std::shared_ptr<redirect::ResolvedCampaign>>;

std::shared_ptr<redirect::ResolvedCampaign> find_campaign(const Campaigns& campaigns,
                                                          const std::string& id) {
  const auto found = campaigns.find(id);
  return found != campaigns.end() ? found->second : redirect::resolve_campaign(id, {}, false);
}

}  // namespace

Corpus::Corpus() {
  Campaigns campaigns;
  for (const mix::MixRecord& record : mix::mix_records(options)) {
    if (record.key.starts_with(campaign_prefix)) {
      const std::string id = record.key.substr(campaign_prefix.size());
      campaigns[id] = redirect::resolve_campaign(id, parse_campaign(record.fields).value(), true);
      continue;
    }
    const std::string code = record.key.substr(record.key.find('/') + 1);
    const LinkRecord link = parse_link(record.fields, {}).value();
    const auto campaign = find_campaign(campaigns, link.campaign);
    links[code] = redirect::resolve_link(code, link, campaign);
  }
  for (const mix::MixRequest& request : requests) {
    Case& each = cases.emplace_back();
    each.source = &request;
    if (redirect::parse_request(request.bytes, each.request).bytes != request.bytes.size() ||
        redirect::split_target(each.request, each.host) != redirect::Refusal::none) {
      throw std::logic_error("the parser refuses a request of the mix:\n" + request.bytes);
    }
    const auto found = links.find(request.code);
    if (found != links.end()) each.link = found->second.get();
  }
}

std::vector<const Case*> Corpus::select(bool (*choose)(const Case&)) const {
  std::vector<const Case*> chosen;
  for (const Case& each : cases) {
    if (each.link != nullptr && choose(each)) chosen.push_back(&each);
  }
  if (chosen.empty()) throw std::logic_error("no request of the mix is of that kind");
  return chosen;
}

const Corpus& corpus() {
  static const Corpus made;
  return made;
}

bool is_new_visitor(const Case& each) {
  return each.source->kind == mix::Kind::person && !each.source->returning;
}

bool is_returning_visitor(const Case& each) {
  return each.source->kind == mix::Kind::person && each.source->returning;
}

}  // namespace waymark::bench
