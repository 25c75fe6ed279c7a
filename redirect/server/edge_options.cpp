#include "redirect/server/edge_options.hpp"

#include "common/ascii.hpp"
#include "common/redis/url.hpp"

#include <boost/url/parse.hpp>
#include <sys/random.h>

#include <memory>
#include <string>

namespace waymark::redirect {
namespace {

constexpr std::size_t answer_bytes = 192;  // in a snapshot, with its frame

LinkBase link_base(const std::string& base_url) {
  const auto url = boost::urls::parse_uri(base_url);
  if (!url) return {};
  LinkBase base{base_url, lowered(url->scheme()), lowered(url->encoded_host())};
  while (base.url.ends_with('/')) base.url.pop_back();
  return base;
}

}  // namespace

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
    throw StartupError(exit_code::failure, "the kernel gives no random numbers");
  }
  return seed;
}

// As much as a thread knows: all store the same answers.
SnapshotOptions snapshot_options(const RedirectConfig& config) {
  return {.file = config.journal.dir / "links.snapshot",
          .every = config.cache_snapshot,
          .bytes_max = links_max(config.cache_bytes, config.threads) * answer_bytes,
          .stale_max_ms = static_cast<std::uint64_t>(config.cache_stale_max.count()),
          .destinations = destination_policy(config.links_base_url, config.destinations_allow),
          .seed = random_seed()};
}

SourceOptions options_of_source(const RedirectConfig& config) {
  SourceOptions options;
  options.redis = redis::parse_url(config.redis_links, "redis.links", config.redis_tls);
  options.lookup_deadline = config.lookup_deadline;
  options.campaign_refresh = config.cache_refresh / 4 * 3;
  options.unknown_rate = config.unknown_rate;
  options.destinations = destination_policy(config.links_base_url, config.destinations_allow);
  options.marker_file = config.journal.dir / "filled";
  options.origin_is_tracker = config.links_origin == "tracker";
  options.code_case = config.codes_case == "exact" ? CodeCase::exact : CodeCase::fold;
  options.cache_refresh = config.cache_refresh;
  return options;
}

WorkerOptions worker_options(const RedirectConfig& config) {
  WorkerOptions options;
  options.header_deadline = config.header_deadline;
  options.idle_deadline = config.idle_deadline;
  options.write_deadline = config.write_deadline;
  ResponderOptions& responder = options.responder;
  responder.hosts_max = config.hosts_max;
  responder.connection_age_max_ms = static_cast<std::uint64_t>(config.age_max.count());
  responder.code_case = config.codes_case == "exact" ? CodeCase::exact : CodeCase::fold;
  responder.rules = config.decide;
  const auto own = destination_policy(config.links_base_url, {}).own;
  if (!own.empty()) responder.rules.links_path = own.front().path;
  responder.country_of_every_click = config.geo_every_click;
  responder.base = link_base(config.links_base_url);
  responder.refuse_unknown_hosts = config.hosts_unknown == "refuse";
  responder.qr_rate = static_cast<double>(config.qr_rate) / static_cast<double>(config.threads);
  responder.domain_refresh_ms = static_cast<std::uint64_t>(config.cache_refresh.count());
  responder.proxies = std::make_shared<const TrustedProxies>(config.proxies_trusted);
  responder.forward_header = config.proxies_header == "forwarded" ? ForwardHeader::forwarded
                                                                  : ForwardHeader::x_forwarded_for;
  CacheOptions& cache = responder.cache;
  cache.bytes_max = config.cache_bytes;
  cache.threads = config.threads;
  cache.absences_max = config.cache_absences / config.threads;
  cache.refresh_ms = static_cast<std::uint64_t>(config.cache_refresh.count());
  cache.stale_max_ms = static_cast<std::uint64_t>(config.cache_stale_max.count());
  cache.unknown_ms = static_cast<std::uint64_t>(config.cache_unknown.count());
  cache.seed = random_seed();
  // The burst is each thread's: what a visitor may do must not depend on the number of threads.
  AddressBudgetOptions& addresses = responder.unknown_per_address;
  addresses.rate =
      static_cast<double>(config.unknown_address_rate) / static_cast<double>(config.threads);
  addresses.burst = static_cast<double>(config.unknown_address_burst);
  addresses.seed = cache.seed;
  return options;
}

}  // namespace waymark::redirect
