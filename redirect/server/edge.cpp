#include "redirect/server/edge.hpp"

#include "common/clock.hpp"
#include "common/redis/url.hpp"
#include "common/version.hpp"
#include "redirect/server/edge_options.hpp"
#include "redirect/server/listening_socket.hpp"
#include "redirect/server/open_files.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t loop_silence_max_ms = 5'000;

std::string described(const ListenSpec& spec) {
  return spec.text() + (spec.proxy ? " proxy" : "") + (spec.tls ? " tls" : "");
}

std::vector<std::string> ids_of(const KeyRing& keys) {
  std::vector<std::string> ids;
  for (const SigningKey& key : keys.all()) ids.push_back(key.id);
  return ids;
}

}  // namespace

Edge::Edge(RedirectConfig config, std::function<std::string()> describe, Log& log)
    : config_(std::move(config)),
      describe_(std::move(describe)),
      log_(log),
      metrics_(counter_infos),
      keys_(KeyRing::load(config_.keys)),
      agents_(AgentList::load(config_.agents_file)),
      shipping_(config_.journal, config_.ship,
                redis::parse_url(config_.redis_stream, "redis.stream", config_.redis_tls),
                static_cast<unsigned>(config_.threads),
                EdgeInfo{config_.edge_name, config_.admin.text(), std::string{version()},
                         [this] { return ids_of(*keys_.load()); },
                         [this] {
                           return metrics_.sum(static_cast<std::size_t>(Counter::limits_uncounted));
                         }},
                control_, log),
      countries_(control_, config_.geo_database, log),
      well_known_(control_, config_.well_known_dir, log),
      snapshot_(
          control_, helper_, snapshot_options(config_),
          [this](const std::shared_ptr<const snapshot::Answers>& answers) {
            on_each_worker([answers](Worker& worker) {
              for (const auto& [key, result] : *answers) worker.on_restored(key, result);
            });
          },
          log),
      source_(control_, helper_, source_options(), source_events(), metrics_.new_shard(), log),
      listeners_(listen_specs(config_), static_cast<unsigned>(config_.threads)),
      tls_(load_tls(config_)),
      connection_limit_(fitting_connections(), static_cast<unsigned>(config_.threads)),
      address_limit_(config_.connections_per_address, random_seed()),
      admin_(control_, config_.admin, "admin", {}, admin_pages(admin_sources()), log),
      signals_(control_, SIGTERM, SIGINT, SIGHUP),
      grace_timer_(control_) {
  build_workers();
  register_gauges();
}

Edge::~Edge() = default;

std::uint64_t Edge::fitting_connections() {
  const std::uint64_t files = raise_open_files();
  const std::uint64_t fitting = connections_within(files, config_.threads);
  if (fitting >= config_.connections_max) return config_.connections_max;
  log_.warning("connections.fewer",
               "The limit of open files allows fewer connections than connections.max: raise it "
               "(LimitNOFILE= of the service, ulimit -Hn)",
               {{"open_files", files},
                {"connections", fitting},
                {"connections.max", config_.connections_max}});
  return fitting;
}

void Edge::build_workers() {
  const auto threads = static_cast<unsigned>(config_.threads);
  WorkerOptions options = worker_options(config_);
  options.connection_limit = &connection_limit_;
  options.address_limit = &address_limit_;
  options.hand_over = [this](unsigned to, const Listener& listener, int fd, const IpAddress& peer) {
    boost::asio::post(workers_[to]->io(), [&worker = *workers_[to], listener, fd, peer] {
      worker.take(listener, fd, peer);
    });
  };
  options.tls = tls_;
  options.responder.agents = agents_;
  for (unsigned thread = 0; thread < threads; ++thread) {
    options.thread = thread;
    workers_.push_back(std::make_unique<Worker>(
        listeners_.take(thread), options, keys_.load(), shipping_.writer(thread),
        [this](const LookupKey& key, Asking asking) { source_.ask(key, asking); },
        [this] { return source_.redis_away(); }, metrics_.new_shard(), log_));
    workers_.back()->set_countries(countries_.current());
  }
}

template <class Action>
void Edge::on_each_worker(Action action) {
  for (auto& worker : workers_) {
    boost::asio::post(worker->io(), [&w = *worker, action] { action(w); });
  }
}

SourceOptions Edge::source_options() {
  SourceOptions options = options_of_source(config_);
  options.snapshot = &snapshot_;
  return options;
}

SourceEvents Edge::source_events() {
  return {[this](const LookupKey& key, const LookupResult& result) {
            on_each_worker([key, result](Worker& worker) { worker.on_lookup(key, result); });
          },
          [this](std::vector<LookupKey> links) {
            const auto shared = std::make_shared<const std::vector<LookupKey>>(std::move(links));
            on_each_worker([shared](Worker& worker) {
              for (const LookupKey& link : *shared) worker.on_changed(link);
            });
          },
          [this] { on_each_worker([](Worker& worker) { worker.on_anything_changed(); }); },
          [this](const std::string& host, const std::shared_ptr<const DomainRecord>& domain) {
            on_each_worker([host, domain](Worker& worker) { worker.on_domain(host, domain); });
          }};
}

std::string Edge::listeners_text() const {
  std::string text;
  for (const ListenSpec& spec : listeners_.specs()) {
    text += (text.empty() ? "" : ", ") + described(spec);
  }
  return text;
}

int Edge::run() {
  snapshot_.start();
  source_.start();
  countries_.start([this](const std::shared_ptr<const CountryFile>& file) {
    on_each_worker([file](Worker& worker) { worker.set_countries(file); });
  });
  well_known_.start([this](const std::shared_ptr<const WellKnownFiles>& files) {
    on_each_worker([files](Worker& worker) { worker.set_well_known(files); });
  });
  admin_.start();
  for (unsigned thread = 0; thread < workers_.size(); ++thread) {
    shipping_.start(thread, workers_[thread]->io());
    threads_.emplace_back([&worker = *workers_[thread]] { worker.run(); });
  }
  await_signal();
  for (const std::string& name : unused_sockets(listeners_.specs())) {
    log_.warning("socket.unused",
                 "systemd passed a socket that nobody listens on: add fd:NAME to listen",
                 {{"name", name}});
  }
  warn_of_certificates();
  if (config_.links_base_url.empty()) {
    log_.info("qr.off", "QR codes of links for every domain need links.base_url");
  }
  log_.info("edge.started", "Serving",
            {{"listen", listeners_.specs().front().text()},
             {"listeners", listeners_text()},
             {"admin", config_.admin.host + ":" + std::to_string(admin_.port())},
             {"threads", config_.threads},
             {"epoch", shipping_.epoch()},
             {"version", version()}});
  control_.run();
  for (std::thread& thread : threads_) thread.join();
  return exit_code_;
}

// --- ending (shipping.md rule 17) ---

void Edge::await_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    on_signal(signal);
    await_signal();
  });
}

void Edge::on_signal(int signal) {
  if (signal == SIGHUP) {
    reload();
    return countries_.reload();  // absent is fine: no other file waits for it
  }
  if (phase_ != Phase::serving) {
    const ShippingStats stats = shipping_.stats();
    log_.warning("edge.aborted", "Second signal: ending at once; the journal keeps what is owed",
                 {{"owed", stats.owed}, {"journal", config_.journal.dir.string()}});
    std::_Exit(exit_code::failure);
  }
  log_.info("edge.stopping", "Ending", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  begin_grace();
  if (signal == SIGINT || config_.shutdown_grace == 0ms) return close_listeners();
  grace_timer_.expires_after(config_.shutdown_grace);
  grace_timer_.async_wait([this](boost::system::error_code) { close_listeners(); });
}

void Edge::begin_grace() {
  phase_ = Phase::grace;
  on_each_worker([](Worker& worker) { worker.begin_drain(); });
}

// In two steps, since threads hand each other what they accept.
void Edge::close_listeners() {
  phase_ = Phase::finishing;
  workers_left_ = workers_.size();
  on_each_worker([this](Worker& worker) {
    worker.close_listeners();
    boost::asio::post(control_, [this] {
      if (--workers_left_ == 0) finish_visitors();
    });
  });
}

void Edge::finish_visitors() {
  workers_left_ = workers_.size();
  on_each_worker([this](Worker& worker) {
    worker.finish([this] {
      boost::asio::post(control_, [this] {
        if (--workers_left_ == 0) finish_shipping();
      });
    });
  });
}

void Edge::finish_shipping() {
  source_.stop();
  snapshot_.stop();
  helper_.join();
  shipping_.finish(config_.shutdown_ship, [this] { stop_all(); });
}

void Edge::stop_all() {
  on_each_worker([](Worker& worker) { worker.stop(); });
  admin_.stop();
  countries_.stop();
  well_known_.stop();
  signals_.cancel();
  control_.stop();
  log_.info("edge.stopped", "Ended");
}

// Everything is read before anything is used: all or none.
void Edge::reload() try {
  auto keys = KeyRing::load(config_.keys);
  auto agents = AgentList::load(config_.agents_file);
  auto tls = load_tls(config_, tls_.get());
  auto well_known = well_known_.read();
  agents_ = agents;
  tls_ = tls;
  keys_.store(keys);
  well_known_.use(std::move(well_known));
  on_each_worker([keys, agents, tls](Worker& worker) {
    worker.set_keys(keys);
    worker.set_agents(agents);
    worker.set_tls(tls);
  });
  log_.info("files.reloaded", "Files read again; new connections are shown the certificates",
            {{"keys", keys->all().size()},
             {"agents", agents_versions()},
             {"certificates", tls ? tls->certificates() : 0}});
  warn_of_certificates();
} catch (const StartupError& error) {
  log_.error("files.kept", "A file cannot be used: everything stays as it is",
             {{"reason", error.what()}});
}

void Edge::warn_of_certificates() {
  if (!tls_) return;
  for (const TlsServer::Refused& refused : tls_->refused()) {
    log_.error("certificates.refused",
               refused.in_force ? "A certificate cannot be used: the one in force stays"
                                : "A certificate cannot be used: its hosts are shown another one",
               {{"reason", refused.reason}});
  }
  if (tls_->first_end() > std::time(nullptr)) return;
  log_.warning("certificates.ended", "A certificate has ended: browsers refuse it",
               {{"certificate", tls_->first_to_end().string()}, {"ended", tls_->first_end()}});
}

std::string Edge::agents_versions() const {
  const std::string& file = agents_->file_version();
  return (file.empty() ? "" : file + " ") + std::string{agents_->version()};
}

// --- admin ---

bool Edge::loops_turn() const {
  const std::uint64_t now = steady_ms();
  for (const auto& worker : workers_) {
    if (now > worker->gauges().turned_ms.load() + loop_silence_max_ms) return false;
  }
  return true;
}

AdminSources Edge::admin_sources() {
  AdminSources sources;
  sources.program = "waymark-redirect";
  sources.live = [this] { return loops_turn(); };
  sources.ready = [this] {
    return std::vector<ReadyCheck>{
        {"serving", phase_ == Phase::serving, phase_ == Phase::serving ? "yes" : "draining"},
        {"loops", loops_turn(), loops_turn() ? "turning" : "standing still"},
        {"warm", source_.warm(), source_.redis_away() ? "Redis is away" : "Redis answers"},
        {"snapshot", snapshot_.loaded(), snapshot_.loaded() ? "loaded" : "being loaded"},
    };
  };
  sources.metrics = [this] { return metrics_.render(); };
  sources.config = describe_;
  sources.key_ids = [this] { return ids_of(*keys_.load()); };
  sources.data_versions = [this] {
    std::vector<DataVersion> versions{{"agents", std::string{agents_->version()}}};
    if (!agents_->file_version().empty()) {
      versions.push_back({"agents.file", agents_->file_version()});
    }
    return versions;
  };
  return sources;
}

std::uint64_t Edge::gauge_sum(std::atomic<std::uint64_t> WorkerGauges::*member) const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += (worker->gauges().*member).load();
  return sum;
}

void Edge::register_gauges() {
  const auto sum = [this](std::atomic<std::uint64_t> WorkerGauges::*member) {
    return [this, member] { return static_cast<double>(gauge_sum(member)); };
  };
  metrics_.gauge({"connections", "", "Open connections"}, sum(&WorkerGauges::connections));
  metrics_.gauge({"connections_tls", "", "Open connections that are TLS"},
                 sum(&WorkerGauges::connections_tls));
  if (tls_) {
    metrics_.gauge({"tls_certificate_end_seconds", "",
                    "When the first of the certificates in force ends, unix time"},
                   [this] { return static_cast<double>(tls_->first_end()); });
    metrics_.gauge({"tls_certificates_refused", "",
                    "Certificates of tls.dir that cannot be used; their hosts may have older ones"},
                   [this] { return static_cast<double>(tls_->refused().size()); });
  }
  metrics_.gauge({"link_cache_entries", "", "Links in the caches of all threads"},
                 sum(&WorkerGauges::cache_entries));
  metrics_.gauge({"link_cache_bound_entries", "", "Of link_cache_entries: links of one host"},
                 sum(&WorkerGauges::cache_bound));
  metrics_.gauge({"link_absences", "", "Codes remembered to have no record, for a host or for any"},
                 sum(&WorkerGauges::cache_absences));
  metrics_.gauge({"link_cache_bytes", "", "Memory of the caches of all threads"},
                 sum(&WorkerGauges::cache_bytes));
  metrics_.gauge(
      {"link_cache_evictions_total", "", "Links pushed out because cache.bytes was reached"},
      sum(&WorkerGauges::cache_evictions));
  metrics_.gauge({"link_absence_evictions_total", "",
                  "Unknown codes pushed out because cache.absences was reached"},
                 sum(&WorkerGauges::absence_evictions));
  metrics_.gauge({"unknown_address_evictions_total", "",
                  "Addresses that had asked for unknown codes, pushed out of the full table"},
                 sum(&WorkerGauges::address_evictions));
  metrics_.gauge({"host_evictions_total", "", "Hosts pushed out because hosts.max was reached"},
                 sum(&WorkerGauges::host_evictions));
  metrics_.gauge({"qr_code_evictions_total", "", "QR codes pushed out of the memory of a thread"},
                 sum(&WorkerGauges::qr_evictions));
  metrics_.gauge({"redis_links_up", "", "1 while Redis answers lookups"},
                 [this] { return source_.redis_away() ? 0.0 : 1.0; });
  metrics_.gauge({"redis_tracking_up", "", "1 while Redis tells of changes"},
                 [this] { return source_.tracking() ? 1.0 : 0.0; });
  metrics_.gauge({"lookups_under_way", "", "Lookups waiting for Redis"},
                 [this] { return static_cast<double>(source_.lookups_under_way()); });
  metrics_.gauge({"geo_database_built_seconds", "",
                  "When the country file in force was made, unix seconds; 0 without one"},
                 [this] {
                   const auto file = countries_.current();
                   return file ? static_cast<double>(file->built_at()) : 0.0;
                 });
  snapshot_.register_gauges(metrics_);
  shipping_.register_gauges(metrics_);
}

}  // namespace waymark::redirect
