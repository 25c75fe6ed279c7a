// The part of LinkSource that keeps visitors from going round in circles: places of records that
// are hosts of short links themselves.
#include "common/redis/keys.hpp"
#include "redirect/links/link_flight.hpp"
#include "redirect/metrics.hpp"
#include "redirect/snapshot/link_snapshot.hpp"

#include <algorithm>
#include <utility>

namespace waymark::redirect {

// Whether the records lead to link hosts of ours, which have a domain record. In a Cluster that may
// lie at another master than everything else: without its answer the link goes on.
void LinkSource::ask_for_hosts(const std::shared_ptr<Flight>& flight) {
  flight->hosts.clear();
  const auto note = [&](const std::vector<Lead>& leads) {
    for (const Lead& lead : leads) {
      if (!is_host_due(lead.host)) continue;
      if (std::ranges::find(flight->hosts, lead.host) != flight->hosts.end()) continue;
      flight->hosts.push_back(lead.host);
    }
  };
  for (FlightPart* part : {&flight->bound, &flight->any}) {
    part->leads = part->record() ? leads_of(*part->record()) : std::vector<Lead>{};
    note(part->leads);
  }
  for (const auto& [id, campaign] : flight->heard_campaigns) {
    if (campaign) note(leads_of(*campaign));
  }
  if (flight->domain) note(leads_of(*flight->domain));
  if (flight->hosts.empty()) return finish(flight);
  flight->replies_missing = static_cast<int>(flight->hosts.size());
  for (const std::string& host : std::vector{flight->hosts}) {
    ask_for_host(
        host, rest_of(*flight),
        [flight] { return flight->spoiled && flight->repeats < Flight::repeats_max; },
        [this, flight](bool) { go_on(flight, &LinkSource::finish); });
  }
}

// What links.base_url says of its host, no domain record changes.
bool LinkSource::is_host_due(const std::string& host) const {
  return !options_.destinations.knows(host) && !hosts_.is_fresh(host);
}

void LinkSource::ask_for_host(const std::string& host, std::chrono::milliseconds deadline,
                              std::function<bool()> spoiled, std::function<void(bool)> then) {
  lookups_.send({"HGETALL", redis_keys::domain(host)}, deadline,
                [this, host, spoiled = std::move(spoiled), then = std::move(then)](
                    boost::system::error_code error, const redis::Reply& reply) {
                  const bool heard = !error && RecordReader::is_answer(reply) && !spoiled();
                  if (heard && hosts_.learn(host, RecordReader::is_record(reply))) {
                    counters_.add(Counter::link_hosts_forgotten);
                  }
                  then(heard);
                });
}

// Whether one of the places is ours; then it is reported.
bool LinkSource::leads_to_us(const std::string& key, const std::vector<Lead>& leads,
                             std::string_view consequence) {
  const auto ours = std::ranges::find_if(leads, [this](const Lead& lead) {
    return !options_.destinations.knows(lead.host) && hosts_.is_ours(lead.host);
  });
  if (ours == leads.end()) return false;
  reader_.report(key,
                 {ours->field, ours->place + "leads to our own short links (" +
                                   redis_keys::domain(ours->host) + ") and would loop"},
                 consequence);
  return true;
}

void LinkSource::refuse_circles(FlightPart& part) {
  if (leads_to_us(part.key, part.leads, RecordReader::unusable_link)) {
    part.reading = {.unusable = true};
  }
}

void LinkSource::store_campaign(const std::string& id, std::optional<CampaignRecord> record) {
  if (record &&
      leads_to_us(redis_keys::campaign(id), leads_of(*record), RecordReader::unusable_campaign)) {
    record = CampaignRecord{.status = CampaignStatus::draft};
  }
  if (options_.snapshot != nullptr) {
    options_.snapshot->remember_campaign(id, record ? &*record : nullptr);
  }
  if (campaigns_.store(id, std::move(record))) counters_.add(Counter::campaign_evictions);
}

// The record that serves: none where it leads to us.
std::shared_ptr<const DomainRecord> LinkSource::usable(const std::string& host,
                                                       std::shared_ptr<const DomainRecord> domain) {
  const bool circle = domain && leads_to_us(redis_keys::domain(host), leads_of(*domain),
                                            RecordReader::unusable_domain);
  return circle ? nullptr : std::move(domain);
}

}  // namespace waymark::redirect
