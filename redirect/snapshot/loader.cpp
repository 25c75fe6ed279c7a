#include "redirect/snapshot/loader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

namespace waymark::redirect::snapshot {
namespace {

constexpr std::size_t slice_answers = 256;
constexpr std::uint64_t clock_slack_ms = 60'000;  // clocks are set back a little now and then

class Loading {
 public:
  Loading(const LoadOptions& options,
          const std::function<void(std::shared_ptr<const Answers>)>& take)
      : options_(options), take_(take) {
    campaigns_.emplace("", resolve_campaign("", CampaignRecord{}, true));
  }

  void add(std::string_view payload) {
    auto entry = decode(payload);
    if (!entry || !is_usable(entry->unix_ms)) return refuse();
    if (auto* campaign = std::get_if<Campaign>(&entry->what)) add_campaign(*campaign);
    if (auto* domain = std::get_if<Domain>(&entry->what)) add_domain(*domain);
    if (auto* lookup = std::get_if<Lookup>(&entry->what)) add_lookup(*lookup, entry->unix_ms);
  }
  void flush() {
    if (slice_->empty()) return;
    take_(std::exchange(slice_, std::make_shared<Answers>()));
  }
  std::size_t answers = 0;
  std::size_t refused = 0;

 private:
  void refuse() { ++refused; }
  bool is_usable(std::uint64_t unix_ms) const {
    return unix_ms <= options_.now_unix_ms + clock_slack_ms &&
           unix_ms + options_.stale_max_ms >= options_.now_unix_ms;
  }
  void add_campaign(const Campaign& campaign) {
    // No fields: the link named a campaign without a record.
    auto record = parse_campaign(campaign.fields, options_.destinations);
    if (!record) return refuse();
    campaigns_[campaign.id] =
        resolve_campaign(campaign.id, std::move(*record), !campaign.fields.empty());
  }
  void add_domain(const Domain& domain) {
    if (domain.fields.empty()) return;  // it was deleted
    auto record = parse_domain(domain.fields, options_.destinations);
    if (!record) return refuse();
    domains_[domain.host] = std::make_shared<const DomainRecord>(std::move(*record));
  }
  std::shared_ptr<const ResolvedLink> link_of(const Lookup::Part& part) {
    if (part.fields.empty()) return nullptr;
    auto record = parse_link(part.fields, options_.destinations);
    const auto campaign = record ? campaigns_.find(record->campaign) : campaigns_.end();
    auto link = campaign == campaigns_.end() || record->destination.empty()
                    ? nullptr
                    : resolve_link(part.code, *record, campaign->second);
    if (!link) refuse();
    return link;
  }
  void add_lookup(const Lookup& lookup, std::uint64_t unix_ms) {
    LookupResult result{.status = LookupStatus::answered};
    result.bound = link_of(lookup.bound);
    result.any = link_of(lookup.any);
    // A record of the host that cannot be used any more must not let the common one through.
    if (!result.bound && (!result.any || !lookup.bound.fields.empty())) return;
    if (const auto domain = domains_.find(lookup.host); domain != domains_.end()) {
      result.domain = domain->second;
    }
    result.age_ms = options_.now_unix_ms - std::min(options_.now_unix_ms, unix_ms);
    result.outdated = true;
    slice_->emplace_back(LookupKey{lookup.host, lookup.code}, std::move(result));
    ++answers;
    if (slice_->size() >= slice_answers) flush();
  }

  const LoadOptions& options_;
  const std::function<void(std::shared_ptr<const Answers>)>& take_;
  std::shared_ptr<Answers> slice_ = std::make_shared<Answers>();
  std::unordered_map<std::string, std::shared_ptr<const ResolvedCampaign>> campaigns_;
  std::unordered_map<std::string, std::shared_ptr<const DomainRecord>> domains_;
};

}  // namespace

Loaded load(const std::filesystem::path& file, const LoadOptions& options,
            const std::function<void(std::shared_ptr<const Answers>)>& take) {
  Loading loading{options, take};
  const Reading reading = read(file, [&](std::string_view payload) { loading.add(payload); });
  loading.flush();
  return {reading, loading.answers, loading.refused};
}

}  // namespace waymark::redirect::snapshot
