#include "redirect/links/link_source.hpp"

#include "common/clock.hpp"
#include "common/redis/keys.hpp"
#include "redirect/links/link_flight.hpp"
#include "redirect/metrics.hpp"
#include "redirect/snapshot/link_snapshot.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t campaigns_max = 100'000;
constexpr std::size_t aliases_max = 100'000;
constexpr std::size_t links_told_max = 1'000;  // at once: visitors wait behind them
constexpr auto marker_interval = 1s;

redis::ConnectionOptions connection(const redis::Url& url, std::string name) {
  redis::ConnectionOptions options;
  options.url = url;
  options.name = std::move(name);
  return options;
}

}  // namespace

LinkSource::LinkSource(boost::asio::io_context& control, boost::asio::thread_pool& helper,
                       SourceOptions options, SourceEvents events, MetricShard& counters, Log& log)
    : control_(control),
      helper_(helper),
      options_(std::move(options)),
      events_(std::move(events)),
      counters_(counters),
      log_(log),
      lookups_(control, {connection(options_.redis, "edge-lookups"), /*all_masters=*/true}, log),
      tracking_(control, connection(options_.redis, "edge-tracking"),
                {[this](std::span<const std::string_view> keys) { on_changed(keys); },
                 [this] { on_anything_changed(); }},
                log),
      marker_timer_(control),
      reader_(options_.destinations, counters, log),
      campaigns_(campaigns_max, options_.campaign_refresh),
      aliases_(aliases_max),
      hosts_(options_.cache_refresh),
      markers_(read_markers(options_.marker_file)),
      unknown_budget_(static_cast<double>(options_.unknown_rate),
                      static_cast<double>(options_.unknown_rate)) {
  lookups_.on_ready([this] { on_connected(); });
  lookups_.on_lost([this](boost::system::error_code) { away_ = true; });
  lookups_.on_servers_changed([this] {
    if (lookups_.ready()) tracking_.follow(lookups_);
  });
}

LinkSource::~LinkSource() = default;

void LinkSource::start() {
  lookups_.start();
  keep_marker();
}

void LinkSource::stop() {
  marker_timer_.cancel();
  tracking_.stop();
  lookups_.stop();
  write_changed_markers();
}

void LinkSource::ask(LookupKey key, Asking asking) {
  boost::asio::post(
      control_, [this, asking, key = std::move(key)]() mutable { begin(std::move(key), asking); });
}

void LinkSource::begin(LookupKey key, Asking asking) {
  const std::string name = key.name();
  if (const auto under_way = flights_.find(name); under_way != flights_.end()) {
    under_way->second->asking = std::max(under_way->second->asking, asking);
    // The origin was asked: known links do not wait for that.
    if (under_way->second->wanted > 0 && asking == Asking::known_again) {
      events_.answered(key, {.status = LookupStatus::unconfirmed});
    }
    return;
  }
  auto flight = std::make_shared<Flight>(control_);
  flight->key = std::move(key);
  flight->asking = asking;
  flight->ends = std::chrono::steady_clock::now() + options_.lookup_deadline;
  const bool refused = asking != Asking::known_again && unknown_budget_.empty(steady_ms());
  if (refused || flights_.size() >= options_.lookups_max) {
    return deliver(flight, {.status = LookupStatus::over_budget});
  }
  flights_.emplace(name, flight);
  counters_.add(Counter::lookups);
  if (ever_connected_) {
    send(flight);
  } else {
    hold(flight);
  }
}

// Whether the lookup comes out of the budget for unknown codes.
bool LinkSource::is_charged(const Flight& flight) const noexcept {
  if (asks_for_host(flight.key)) return flight.asking == Asking::unheard && !flight.domain;
  switch (flight.asking) {
    case Asking::unheard:
      return !flight.bound.record() && !flight.any.record();
    case Asking::other_host:
      return !flight.bound.record();
    case Asking::known_again:
      return false;
  }
  return false;
}

void LinkSource::charge(const Flight& flight) {
  if (is_charged(flight)) unknown_budget_.take(steady_ms());
}

// However many questions it takes, a visitor waits for lookup.deadline once.
std::chrono::milliseconds LinkSource::rest_of(const Flight& flight) const {
  const auto rest = flight.ends - std::chrono::steady_clock::now();
  return std::max<std::chrono::milliseconds>(1ms,
                                             std::chrono::ceil<std::chrono::milliseconds>(rest));
}

void LinkSource::hold(const std::shared_ptr<Flight>& flight) {
  if (lookups_.last_error().failed()) away_ = true;
  held_.push_back(flight);
  flight->timer.expires_after(options_.lookup_deadline);
  flight->timer.async_wait([this, flight](boost::system::error_code error) {
    if (error || std::erase(held_, flight) == 0) return;
    away_ = true;
    fail(flight, LookupStatus::unavailable);
  });
}

void LinkSource::on_connected() {
  away_ = false;
  ever_connected_ = true;
  for (const auto& flight : std::exchange(held_, {})) {
    flight->timer.cancel();
    send(flight);
  }
}

void LinkSource::fail(const std::shared_ptr<Flight>& flight, LookupStatus status) {
  counters_.add(Counter::lookups_failed);
  // What the tracker was asked for in vain has cost Redis more than an answer.
  if (flight->wanted > 0) charge(*flight);
  deliver(flight, {.status = status});
}

void LinkSource::deliver(const std::shared_ptr<Flight>& flight, const LookupResult& result) {
  flight->waiting = false;
  flights_.erase(flight->key.name());
  events_.answered(flight->key, result);
}

// A change that comes while the reply is on its way brings a message, and a fetch, of its own.
void LinkSource::fetch_domain(const std::string& host) {
  lookups_.send({"HGETALL", redis_keys::domain(host)}, options_.lookup_deadline,
                [this, host](boost::system::error_code error, redis::Reply reply) {
                  // Without an answer the next lookup of a link on this host brings the record.
                  if (error || !RecordReader::is_answer(reply)) return;
                  // Redis may evict; that there is none, only the tracker's word says.
                  if (options_.origin_is_tracker && !reply.is_error() && reply.size() == 0) return;
                  tell_domain(host, reader_.domain(host, reply));
                });
}

// Once it is known which hosts of those that the record leads to are ours.
void LinkSource::tell_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain) {
  for (const Lead& lead : domain ? leads_of(*domain) : std::vector<Lead>{}) {
    if (!is_host_due(lead.host)) continue;
    return ask_for_host(
        lead.host, options_.lookup_deadline, [] { return false; },
        [this, host, domain](bool heard) {
          if (heard) tell_domain(host, domain);
        });
  }
  domain = usable(host, std::move(domain));
  if (options_.snapshot != nullptr) options_.snapshot->remember_domain(host, domain.get());
  events_.domain(host, std::move(domain));
}

// The threads hear of many links at once: waking each for every one would cost more than the rest.
void LinkSource::on_changed(std::span<const std::string_view> keys) {
  counters_.add(Counter::invalidations, keys.size());
  std::vector<LookupKey> links;
  for (const std::string_view key : keys) {
    on_changed(key, links);
    if (links.size() >= links_told_max) events_.changed(std::exchange(links, {}));
  }
  if (!links.empty()) events_.changed(std::move(links));
}

// Adds the links that are concerned themselves.
void LinkSource::on_changed(std::string_view key, std::vector<LookupKey>& links) {
  if (key.starts_with(redis_keys::link_prefix)) {
    const std::string_view rest = key.substr(redis_keys::link_prefix.size());
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) return;
    LookupKey changed{std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
    spoil([&](const Flight& flight) { return flight.concerns_link(changed); });
    std::ranges::move(aliases_.aliases_of(changed), std::back_inserter(links));
    links.push_back(std::move(changed));
  } else if (key.starts_with(redis_keys::campaign_prefix)) {
    const std::string id{key.substr(redis_keys::campaign_prefix.size())};
    campaigns_.changed(id);
    spoil([&](const Flight& flight) { return flight.concerns_campaign(id); });
  } else if (key.starts_with(redis_keys::domain_prefix)) {
    const std::string host{key.substr(redis_keys::domain_prefix.size())};
    hosts_.changed(host);
    spoil([&](const Flight& flight) { return flight.concerns_domain(host); });
    fetch_domain(host);
  }
}

void LinkSource::on_anything_changed() {
  campaigns_.mark_all_old();
  hosts_.forget_all();
  spoil([](const Flight&) { return true; });
  events_.anything_changed();
}

void LinkSource::spoil(const std::function<bool(const Flight&)>& concerned) {
  std::vector<std::shared_ptr<Flight>> told;
  for (auto& [name, flight] : flights_) {
    if (!concerned(*flight)) continue;
    flight->spoiled = true;
    if (flight->waiting) told.push_back(flight);
  }
  for (const auto& flight : told) {
    flight->timer.cancel();
    send(flight);
  }
}

void LinkSource::keep_marker() {
  marker_timer_.expires_after(marker_interval);
  marker_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    if (!ever_connected_ && lookups_.last_error().failed()) away_ = true;
    write_changed_markers();
    keep_marker();
  });
}

// The disk may take its time, and lookups would wait for it.
void LinkSource::write_changed_markers() {
  if (!markers_.take_changed()) return;
  boost::asio::post(helper_, [this, text = markers_.text()] {
    if (write_markers(options_.marker_file, text)) return;
    log_.warning("links.marker", "The marker of filled links cannot be written",
                 {{"file", options_.marker_file.string()}});
  });
}

}  // namespace waymark::redirect
