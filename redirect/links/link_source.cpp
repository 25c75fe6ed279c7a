#include "redirect/links/link_source.hpp"

#include "common/redis/keys.hpp"
#include "redirect/metrics.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr int repeats_max = 3;
constexpr auto marker_interval = 1s;

std::uint64_t now_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

redis::ConnectionOptions connection(const redis::Url& url, std::string name) {
  redis::ConnectionOptions options;
  options.url = url;
  options.name = std::move(name);
  return options;
}

}  // namespace

// One question under way and the replies of its commands.
struct LinkSource::Flight {
  explicit Flight(boost::asio::io_context& io) : hold_timer(io) {}

  LookupKey key;
  Asking asking = Asking::unheard;
  std::chrono::steady_clock::time_point ends;
  boost::asio::steady_timer hold_timer;
  int replies_missing = 0;
  int repeats = 0;
  bool spoiled = false;  // a record concerned changed meanwhile
  bool failed = false;
  std::optional<LinkRecord> bound, any;
  std::shared_ptr<const DomainRecord> domain;
  std::string marker;
  std::vector<std::string> campaigns;  // asked for in this flight

  bool concerns_campaign(std::string_view id) const {
    return (bound && bound->campaign == id) || (any && any->campaign == id);
  }
};

LinkSource::LinkSource(boost::asio::io_context& control, SourceOptions options, SourceEvents events,
                       MetricShard& counters, Log& log)
    : control_(control),
      options_(std::move(options)),
      events_(std::move(events)),
      counters_(counters),
      log_(log),
      lookups_(control, connection(options_.redis, "edge-lookups"), log),
      tracking_(
          control, connection(options_.redis, "edge-tracking"),
          {[this](std::string_view key) { on_changed(key); }, [this] { on_anything_changed(); }},
          log),
      marker_timer_(control),
      reader_(options_.destinations, counters, log),
      campaigns_(options_.campaign_refresh),
      marker_(read_marker(options_.marker_file)),
      unknown_budget_(static_cast<double>(options_.unknown_rate),
                      static_cast<double>(options_.unknown_rate)) {
  lookups_.on_ready([this] { on_connected(); });
  lookups_.on_lost([this](boost::system::error_code) { away_ = true; });
}

LinkSource::~LinkSource() = default;

void LinkSource::start() {
  lookups_.start();
  tracking_.start();
  keep_marker();
}

void LinkSource::stop() {
  marker_timer_.cancel();
  tracking_.stop();
  lookups_.stop();
  if (marker_.take_changed()) write_marker(options_.marker_file, marker_);
}

void LinkSource::ask(LookupKey key, Asking asking) {
  boost::asio::post(
      control_, [this, asking, key = std::move(key)]() mutable { begin(std::move(key), asking); });
}

void LinkSource::begin(LookupKey key, Asking asking) {
  const std::string name = key.host + '/' + key.code;
  if (const auto under_way = flights_.find(name); under_way != flights_.end()) {
    under_way->second->asking = std::max(under_way->second->asking, asking);
    return;
  }
  auto flight = std::make_shared<Flight>(control_);
  flight->key = std::move(key);
  flight->asking = asking;
  flight->ends = std::chrono::steady_clock::now() + options_.lookup_deadline;
  const bool refused = asking != Asking::known_again && unknown_budget_.empty(now_ms());
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
      return !flight.bound && !flight.any;
    case Asking::other_host:
      return !flight.bound;
    case Asking::known_again:
      return false;
  }
  return false;
}

// However many questions it takes, a visitor waits for lookup.deadline once.
std::chrono::milliseconds LinkSource::rest_of(const Flight& flight) const {
  const auto rest = flight.ends - std::chrono::steady_clock::now();
  return std::max<std::chrono::milliseconds>(1ms,
                                             std::chrono::ceil<std::chrono::milliseconds>(rest));
}

void LinkSource::hold(const std::shared_ptr<Flight>& flight) {
  held_.push_back(flight);
  flight->hold_timer.expires_after(options_.lookup_deadline);
  flight->hold_timer.async_wait([this, flight](boost::system::error_code error) {
    if (error || std::erase(held_, flight) == 0) return;
    fail(flight, LookupStatus::unavailable);
  });
}

void LinkSource::on_connected() {
  away_ = false;
  ever_connected_ = true;
  for (const auto& flight : std::exchange(held_, {})) {
    flight->hold_timer.cancel();
    send(flight);
  }
}

// The marker is read behind the records: a Redis that lost them before it answered shows that here,
// and one that loses them later spoils the flight.
void LinkSource::send(const std::shared_ptr<Flight>& flight) {
  flight->replies_missing = asks_for_host(flight->key) ? 2 : 4;
  flight->spoiled = flight->failed = false;
  flight->bound.reset();
  flight->any.reset();
  const auto on_reply = [this, flight](auto&& take) {
    return [this, flight, take](boost::system::error_code error, redis::Reply reply) {
      if (error || reply.is_error()) {
        flight->failed = true;
      } else {
        take(std::move(reply));
      }
      if (error == Errc::redis_timeout) away_ = true;
      if (!error) away_ = false;
      if (--flight->replies_missing == 0) on_replies(flight);
    };
  };
  const std::string bound_key = redis_keys::link(flight->key.host, flight->key.code);
  const std::string any_key = redis_keys::link(redis_keys::any_host, flight->key.code);
  const auto deadline = rest_of(*flight);
  if (!asks_for_host(flight->key)) {
    lookups_.send({"HGETALL", bound_key}, deadline, on_reply([=, this](redis::Reply reply) {
                    flight->bound = reader_.link(bound_key, reply);
                  }));
    lookups_.send({"HGETALL", any_key}, deadline, on_reply([=, this](redis::Reply reply) {
                    flight->any = reader_.link(any_key, reply);
                  }));
  }
  const std::string& host = flight->key.host;
  lookups_.send(
      {"HGETALL", redis_keys::domain(host)}, deadline,
      on_reply([=, this](redis::Reply reply) { flight->domain = reader_.domain(host, reply); }));
  lookups_.send({"GET", redis_keys::filled}, deadline,
                on_reply([=](redis::Reply reply) { flight->marker = reply.text(); }));
}

void LinkSource::on_replies(const std::shared_ptr<Flight>& flight) {
  if (flight->failed) return fail(flight, LookupStatus::unavailable);
  if (!marker_.observe(flight->marker)) {
    log_.warning("links.forgotten",
                 "Redis holds fewer links than this edge has seen: cached links are served until "
                 "the tracker has refilled it",
                 {{"marker", flight->marker}});
    return fail(flight, LookupStatus::unavailable);
  }
  flight->campaigns.clear();
  for (const auto& record : {flight->bound, flight->any}) {
    if (!record || record->campaign.empty() || campaigns_.is_fresh(record->campaign)) continue;
    if (std::ranges::find(flight->campaigns, record->campaign) != flight->campaigns.end()) continue;
    flight->campaigns.push_back(record->campaign);
  }
  if (flight->campaigns.empty()) return finish(flight);
  flight->replies_missing = static_cast<int>(flight->campaigns.size());
  for (const std::string& id : flight->campaigns) send_campaign(flight, id);
}

void LinkSource::send_campaign(const std::shared_ptr<Flight>& flight, const std::string& id) {
  lookups_.send({"HGETALL", redis_keys::campaign(id)}, rest_of(*flight),
                [this, flight, id](boost::system::error_code error, redis::Reply reply) {
                  if (error || reply.is_error()) {
                    flight->failed = true;
                  } else if (!flight->spoiled || flight->repeats >= repeats_max) {
                    campaigns_.store(id, reader_.campaign(id, reply));
                  }
                  if (--flight->replies_missing > 0) return;
                  if (flight->failed) return fail(flight, LookupStatus::unavailable);
                  finish(flight);
                });
}

void LinkSource::finish(const std::shared_ptr<Flight>& flight) {
  if (flight->spoiled && flight->repeats < repeats_max) {
    ++flight->repeats;
    counters_.add(Counter::lookups_repeated);
    return send(flight);
  }
  LookupResult result{.status = LookupStatus::answered, .domain = flight->domain};
  result.bound = resolve(*flight, flight->key.host, flight->bound, result.age_ms);
  result.any = resolve(*flight, redis_keys::any_host, flight->any, result.age_ms);
  result.outdated = flight->spoiled;
  if (is_charged(*flight)) unknown_budget_.take(now_ms());
  deliver(flight, result);
}

void LinkSource::fail(const std::shared_ptr<Flight>& flight, LookupStatus status) {
  counters_.add(Counter::lookups_failed);
  deliver(flight, {.status = status});
}

void LinkSource::deliver(const std::shared_ptr<Flight>& flight, const LookupResult& result) {
  flights_.erase(flight->key.host + '/' + flight->key.code);
  events_.answered(flight->key, result);
}

std::shared_ptr<const ResolvedLink> LinkSource::resolve(Flight& flight, std::string_view host,
                                                        const std::optional<LinkRecord>& record,
                                                        std::uint64_t& age_ms) {
  if (!record) return nullptr;
  // The flight fetched it; one that was overtaken by changes again and again may go without.
  auto [campaign, campaign_age_ms] = campaigns_.find(record->campaign);
  age_ms = std::max(age_ms, campaign_age_ms);
  if (!campaign) campaign = resolve_campaign(record->campaign, CampaignRecord{}, false);
  if (!record->campaign.empty() && !campaign->known) counters_.add(Counter::campaigns_missing);
  auto link = resolve_link(flight.key.code, *record, std::move(campaign));
  if (!link) {
    reader_.report(redis_keys::link(host, flight.key.code),
                   {"destination", "is too long once its placeholders and utm are filled in"},
                   "Link is not redirected to");
  }
  return link;
}

// A change that comes while the reply is on its way brings a message, and a fetch, of its own.
void LinkSource::fetch_domain(const std::string& host) {
  lookups_.send({"HGETALL", redis_keys::domain(host)}, options_.lookup_deadline,
                [this, host](boost::system::error_code error, redis::Reply reply) {
                  // Without an answer the next lookup of a link on this host brings the record.
                  if (error || reply.is_error()) return;
                  events_.domain(host, reader_.domain(host, reply));
                });
}

void LinkSource::on_changed(std::string_view key) {
  counters_.add(Counter::invalidations);
  if (key.starts_with(redis_keys::link_prefix)) {
    const std::string_view rest = key.substr(redis_keys::link_prefix.size());
    const std::size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) return;
    const LookupKey changed{std::string{rest.substr(0, slash)},
                            std::string{rest.substr(slash + 1)}};
    const bool any = changed.host == redis_keys::any_host;
    spoil([&](const Flight& flight) {
      return flight.key.code == changed.code && (any || flight.key.host == changed.host);
    });
    events_.changed(changed);
  } else if (key.starts_with(redis_keys::campaign_prefix)) {
    const std::string id{key.substr(redis_keys::campaign_prefix.size())};
    campaigns_.changed(id);
    spoil([&](const Flight& flight) { return flight.concerns_campaign(id); });
  } else if (key.starts_with(redis_keys::domain_prefix)) {
    const std::string host{key.substr(redis_keys::domain_prefix.size())};
    spoil([&](const Flight& flight) { return flight.key.host == host; });
    fetch_domain(host);
  }
}

void LinkSource::on_anything_changed() {
  campaigns_.mark_all_old();
  spoil([](const Flight&) { return true; });
  events_.anything_changed();
}

void LinkSource::spoil(const std::function<bool(const Flight&)>& concerned) {
  for (auto& [name, flight] : flights_) {
    if (concerned(*flight)) flight->spoiled = true;
  }
}

void LinkSource::keep_marker() {
  marker_timer_.expires_after(marker_interval);
  marker_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    if (marker_.take_changed() && !write_marker(options_.marker_file, marker_)) {
      log_.warning("links.marker", "The marker of filled links cannot be written",
                   {{"file", options_.marker_file.string()}});
    }
    keep_marker();
  });
}

}  // namespace waymark::redirect
