// Asks Redis for links on behalf of all threads: one question for a code however many visitors wait
// for it, within a deadline, and asked again when the record changed while the answer was on its
// way. What is remembered, and for how long, is the LinkCache's business.
//
// Where Redis is a cache (links.origin = tracker, shipping.md rule 14), a key without anything says
// nothing: the code is pushed to wm:want, the tracker writes the records, or that there are none,
// and the message about that has them asked for again.
//
// Aliases are followed here, one step: the answer for an alias is the record of its target.
//
// Lives on the control thread; only ask() and redis_away() may be called from others.
#pragma once

#include "common/code.hpp"
#include "common/log.hpp"
#include "common/metrics.hpp"
#include "common/record_leads.hpp"
#include "common/redis/client.hpp"
#include "redirect/links/alias_table.hpp"
#include "redirect/links/campaign_table.hpp"
#include "redirect/links/fill_markers.hpp"
#include "redirect/links/link_hosts.hpp"
#include "redirect/links/lookup.hpp"
#include "redirect/links/record_reader.hpp"
#include "redirect/links/token_bucket.hpp"
#include "redirect/links/tracking_set.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace waymark::redirect {

class LinkSnapshot;

struct SourceOptions {
  redis::Url redis;
  std::chrono::milliseconds lookup_deadline{250};
  std::chrono::milliseconds campaign_refresh{45'000};
  std::uint64_t unknown_rate = 2'000;  // unknown codes asked a second, by the whole process
  std::size_t lookups_max = 10'000;    // under way at once
  DestinationPolicy destinations;
  std::filesystem::path marker_file;
  bool origin_is_tracker = false;  // links.origin
  CodeCase code_case = CodeCase::fold;
  std::chrono::milliseconds cache_refresh{60'000};
  LinkSnapshot* snapshot = nullptr;  // hears of every answer; outlives the source
};

// What the threads hear of. Called on the control thread.
struct SourceEvents {
  // For every thread, whichever asked: with Redis away, what one knows all know.
  std::function<void(const LookupKey&, const LookupResult&)> answered;
  // Records of these links changed; hosts may be `*`.
  std::function<void(std::vector<LookupKey>)> changed;
  std::function<void()> anything_changed;
  // The record of a host, which has changed; null when there is none any more.
  std::function<void(const std::string& host, std::shared_ptr<const DomainRecord>)> domain;
};

class LinkSource {
 public:
  // `helper` has one thread, which writes the file of markers; it is joined while this lives.
  LinkSource(boost::asio::io_context& control, boost::asio::thread_pool& helper,
             SourceOptions options, SourceEvents events, MetricShard& counters, Log& log);
  ~LinkSource();

  void start();
  void stop();

  // Any thread. An `answered` event for the key follows each call.
  void ask(LookupKey key, Asking asking);
  // Any thread. True while Redis cannot be asked or has not answered in time of late; false until
  // the first connection was tried.
  bool redis_away() const noexcept { return away_.load(std::memory_order_relaxed); }

  // True once Redis was reached, or has turned out to be away: what can be served, is.
  bool warm() const noexcept { return ever_connected_ || lookups_.last_error().failed(); }
  bool tracking() const noexcept { return tracking_.armed(); }
  std::size_t lookups_under_way() const noexcept { return flights_.size(); }

 private:
  struct Flight;
  struct FlightPart;

  void begin(LookupKey key, Asking asking);
  bool is_charged(const Flight& flight) const noexcept;
  void charge(const Flight& flight);
  std::chrono::milliseconds rest_of(const Flight& flight) const;
  void hold(const std::shared_ptr<Flight>& flight);
  void on_connected();
  // In link_flight.cpp.
  using Take = std::function<void(redis::ReplyView)>;
  using Next = void (LinkSource::*)(const std::shared_ptr<Flight>&);
  void request(const std::shared_ptr<Flight>& flight, redis::Command command, Take take, Next next);
  void go_on(const std::shared_ptr<Flight>& flight, Next next);
  void tell_refused(redis::ReplyView reply);
  void request_record(const std::shared_ptr<Flight>& flight, const std::string& key, Take take,
                      Next next);
  void request_markers(const std::shared_ptr<Flight>& flight, Next next);
  bool markers_stand(const std::shared_ptr<Flight>& flight);
  void send(const std::shared_ptr<Flight>& flight);
  void on_records(const std::shared_ptr<Flight>& flight);
  void follow(const std::shared_ptr<Flight>& flight, FlightPart& alias, std::string_view host);
  void on_targets(const std::shared_ptr<Flight>& flight);
  void fetch_campaigns(const std::shared_ptr<Flight>& flight);
  // In link_circles.cpp.
  void ask_for_hosts(const std::shared_ptr<Flight>& flight);
  bool is_host_due(const std::string& host) const;
  // `then` hears whether there was an answer that counts.
  void ask_for_host(const std::string& host, std::chrono::milliseconds deadline,
                    std::function<bool()> spoiled, std::function<void(bool)> then);
  bool leads_to_us(const std::string& key, const std::vector<Lead>& leads,
                   std::string_view consequence);
  void refuse_circles(FlightPart& part);
  void store_campaign(const std::string& id, std::optional<CampaignRecord> record);
  std::shared_ptr<const DomainRecord> usable(const std::string& host,
                                             std::shared_ptr<const DomainRecord> domain);
  void finish(const std::shared_ptr<Flight>& flight);
  bool has_campaign(const FlightPart& part);
  void learn_aliases(const Flight& flight);
  void remember(const Flight& flight);
  void fail(const std::shared_ptr<Flight>& flight, LookupStatus status);
  void deliver(const std::shared_ptr<Flight>& flight, const LookupResult& result);
  std::shared_ptr<const ResolvedLink> resolve(const FlightPart& part, std::uint64_t& age_ms);
  // In link_wanted.cpp.
  void want(const std::shared_ptr<Flight>& flight);
  void push_want(const std::shared_ptr<Flight>& flight);
  void await_origin(const std::shared_ptr<Flight>& flight);

  void fetch_domain(const std::string& host);
  void tell_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain);
  void on_changed(std::span<const std::string_view> keys);
  void on_changed(std::string_view key, std::vector<LookupKey>& links);
  void on_anything_changed();
  void spoil(const std::function<bool(const Flight&)>& concerned);
  void keep_marker();
  void write_changed_markers();

  boost::asio::io_context& control_;
  boost::asio::thread_pool& helper_;
  SourceOptions options_;
  SourceEvents events_;
  MetricShard& counters_;
  Log& log_;
  redis::Client lookups_;
  TrackingSet tracking_;
  boost::asio::steady_timer marker_timer_;
  RecordReader reader_;
  CampaignTable campaigns_;
  AliasTable aliases_;
  LinkHosts hosts_;
  FillMarkers markers_;
  TokenBucket unknown_budget_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;  // by "host/code"
  // Lookups that came before the first connection: they wait for it, as long as for an answer.
  std::vector<std::shared_ptr<Flight>> held_;
  bool ever_connected_ = false;
  std::atomic<bool> away_{false};
};

}  // namespace waymark::redirect
