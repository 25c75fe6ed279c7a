#include "tracker/tracker.hpp"

#include "common/admin/admin_pages.hpp"
#include "common/http/server.hpp"
#include "common/keys.hpp"
#include "common/metrics.hpp"
#include "common/redis/client.hpp"
#include "common/rethrow.hpp"
#include "common/settings/mask.hpp"
#include "tracker/api/api_server.hpp"
#include "tracker/api/auth.hpp"
#include "tracker/api/idempotency.hpp"
#include "tracker/api/stream_desk.hpp"
#include "tracker/drain/drain_loop.hpp"
#include "tracker/gauges.hpp"
#include "tracker/program/mirror.hpp"
#include "tracker/program/wanted.hpp"
#include "tracker/redis_state.hpp"
#include "tracker/store/retention.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace waymark::tracker {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

constexpr auto tidy_every = 10min;  // old idempotency keys, old clicks
constexpr auto look_for_jobs_every = 1s;

std::shared_ptr<const KeyRing> load_keys(const TrackerConfig& config) {
  return config.keys.empty() ? nullptr : KeyRing::load(config.keys);
}

std::string load_api_key(const TrackerConfig& config) {
  return config.bootstrap_key_file.empty() ? "" : read_bootstrap_key(config.bootstrap_key_file);
}

ProgramRules rules_of(const TrackerConfig& config) {
  return {.base_url = config.base_url,
          .code_case = config.code_case(),
          .reserved_codes = config.codes_reserved,
          .destinations_allow = config.destinations_allow};
}

std::string host_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return "tracker";
  return host.data();
}

LeaseOptions lease_options(const TrackerConfig& config) {
  LeaseOptions options{.host = host_name()};
  if (!is_shared(config.store)) {
    // Nobody waits for their end, and a write every other second would keep the disk awake.
    options.life = 30 * 24h;
    options.renew_every = 60s;
  }
  const bool mirrors = config.has_role("api") || config.has_role("jobs");
  if (config.has_role("drain")) options.wanted.emplace_back(lease_names::folding);
  if (mirrors) options.wanted.emplace_back(lease_names::mirror);
  if (config.has_role("jobs")) options.wanted.emplace_back(lease_names::jobs);
  return options;
}

DrainOptions drain_options(const TrackerConfig& config) {
  DrainOptions options;
  options.url = redis::parse_url(config.stream_url(), "redis.stream", config.redis_tls);
  options.protect = config.stream_protect;
  options.stream_bytes_max = config.stream_max_bytes;
  options.stream_keep = config.stream_keep;
  options.journal_keep = config.journal_keep;
  return options;
}

// Nothing is published there.
awaitable<http::Response> no_page(const http::Request& request) {
  co_return http::text_response(request, 404, "not found\n");
}

class Tracker {
 public:
  Tracker(const TrackerConfig& config, std::string settings, Log& log);
  int run();

 private:
  AdminSources admin_sources();
  void watch_signals();
  void reload_keys();
  awaitable<void> end_in_order();
  awaitable<void> tidy();
  awaitable<void> forget_old_rows();

  TrackerConfig config_;
  std::string settings_;
  Log& log_;
  asio::io_context io_{1};
  std::shared_ptr<const KeyRing> keys_;
  StoreThread store_;
  Metrics metrics_{{}};
  redis::Client stream_watch_;  // for those who ask the API about redis.stream
  Leases leases_;
  Mirror mirror_;
  Wanted wanted_;  // with links.origin = tracker
  Api api_;
  StreamDesk desk_;
  ApiServer api_server_;
  DrainLoop drain_;
  Retention retention_;
  http::Server admin_;
  std::optional<http::Server> api_listener_, public_listener_;
  asio::signal_set signals_;
  bool ending_ = false;
  bool draining_ = false;
  bool leasing_ = false;
};

Tracker::Tracker(const TrackerConfig& config, std::string settings, Log& log)
    : config_(config),
      settings_(std::move(settings)),
      log_(log),
      keys_(load_keys(config)),
      store_(config.store),
      stream_watch_(io_,
                    {.url = redis::parse_url(config.stream_url(), "redis.stream", config.redis_tls),
                     .name = "tracker-watch"},
                    log),
      leases_(io_, lease_options(config), store_, log),
      mirror_(
          io_, redis::parse_url(config.links_url(), "redis.links", config.redis_tls), store_, log,
          config.links_origin == "tracker" ? MirrorScope::what_is_held : MirrorScope::everything,
          [this] { return leases_.lease(lease_names::mirror).held(); }),
      wanted_(io_, redis::parse_url(config.links_url(), "redis.links", config.redis_tls), store_,
              log),
      api_(rules_of(config), load_api_key(config), keys_),
      desk_(io_, stream_watch_, drain_options(config)),
      api_server_(
          api_, store_, mirror_, desk_, [this] { return redis_state(mirror_, stream_watch_); },
          log),
      drain_(io_, drain_options(config), store_, leases_, log),
      retention_(store_, config.clicks_keep, log),
      admin_(io_, config.admin, "admin", {}, admin_pages(admin_sources()), log),
      signals_(io_, SIGTERM, SIGINT, SIGHUP) {
  if (config.has_role("api")) {
    api_listener_.emplace(io_, config.listen, "listen", http::ServerOptions{},
                          api_server_.handler(), log);
    public_listener_.emplace(io_, config.public_listen, "public", http::ServerOptions{}, no_page,
                             log);
  }
  drain_.stats().register_gauges(metrics_);
  register_gauges(metrics_, mirror_, wanted_, api_server_, desk_, store_);
  register_gauges(metrics_, leases_);
  metrics_.gauge({"clicks_forgotten_total", "", "Clicks that were older than clicks.keep"},
                 [this] { return static_cast<double>(retention_.forgotten()); });
}

AdminSources Tracker::admin_sources() {
  AdminSources sources;
  sources.program = "waymark-tracker";
  sources.live = [] { return true; };  // the loop that answers is the one that is asked about
  sources.ready = [this]() -> std::vector<ReadyCheck> {
    return {{"running", !ending_, ending_ ? "ending" : "in service"}};
  };
  sources.metrics = [this] { return metrics_.render(); };
  sources.config = [this] { return settings_; };
  sources.key_ids = [this] {
    std::vector<std::string> ids;
    if (keys_) {
      for (const auto& key : keys_->all()) ids.push_back(key.id);
    }
    return ids;
  };
  return sources;
}

int Tracker::run() {
  watch_signals();
  admin_.start();
  leases_.on_taken([this] { mirror_.nudge(); });  // it may be the mirror's
  leasing_ = true;
  asio::co_spawn(io_, leases_.run(), [this](const std::exception_ptr& bug) {
    leasing_ = false;
    rethrow(bug);
  });
  stream_watch_.start();
  if (config_.has_role("drain")) {
    draining_ = true;
    drain_.on_full_links([this](const std::vector<FullLink>&) { mirror_.nudge(); });
    asio::co_spawn(io_, drain_.run(), [this](const std::exception_ptr& bug) {
      draining_ = false;
      rethrow(bug);
    });
  }
  if (config_.has_role("api") || config_.has_role("jobs")) {
    mirror_.start();
    if (config_.links_origin == "tracker") wanted_.start();
  }
  if (config_.has_role("jobs")) asio::co_spawn(io_, tidy(), rethrow);
  if (api_listener_) {
    api_listener_->start();
    public_listener_->start();
  }
  log_.info("tracker.started", "in service",
            {{"listen", config_.listen.text()},
             {"admin", config_.admin.text()},
             {"store", mask_passwords(config_.store)}});
  io_.run();
  log_.info("tracker.ended", "ended in order");
  return exit_code::ok;
}

void Tracker::watch_signals() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      reload_keys();
    } else if (ending_) {
      // Whatever is not committed stays in the stream and is delivered again.
      log_.warning("tracker.cut", "second signal: ending at once");
      std::_Exit(exit_code::failure);
    } else {
      ending_ = true;
      asio::co_spawn(io_, end_in_order(), rethrow);
    }
    watch_signals();
  });
}

void Tracker::reload_keys() {
  try {
    keys_ = load_keys(config_);
    api_.replace_keys(keys_);
    log_.info("keys.reloaded", "keys file read again", {{"keys", keys_ ? keys_->all().size() : 0}});
  } catch (const StartupError& error) {
    log_.error("keys.refused", "the keys in force stay", {{"problem", error.what()}});
  }
}

awaitable<void> Tracker::end_in_order() {
  log_.info("tracker.ending", "signal: finishing what is in hand");
  const auto until = std::chrono::steady_clock::now() + config_.shutdown_grace;
  drain_.stop();
  retention_.stop();
  if (api_listener_) {
    api_listener_->stop();
    public_listener_->stop();
  }
  const auto busy = [this] {
    return draining_ || (api_listener_ && api_listener_->connections() > 0);
  };
  asio::steady_timer timer{io_};
  const auto rest = [&timer]() -> awaitable<void> {
    boost::system::error_code ignored;
    timer.expires_after(5ms);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  };
  while (busy() && std::chrono::steady_clock::now() < until) co_await rest();
  if (busy()) {
    log_.warning("tracker.cut", "ending with work in hand; the stream delivers it again",
                 {{"draining", draining_}});
    std::_Exit(exit_code::ok);
  }
  mirror_.stop();
  wanted_.stop();
  leases_.stop();
  while (leasing_ && std::chrono::steady_clock::now() < until) co_await rest();
  stream_watch_.stop();
  admin_.stop();
  signals_.cancel();
  io_.stop();
}

// One tracker does it: at once when it gets the lease, and then now and then.
awaitable<void> Tracker::tidy() {
  asio::steady_timer timer{io_};
  while (!ending_) {
    const bool ours = leases_.lease(lease_names::jobs).held();
    if (ours) co_await forget_old_rows();
    boost::system::error_code ignored;
    timer.expires_after(ours ? tidy_every : look_for_jobs_every);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

awaitable<void> Tracker::forget_old_rows() {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  const auto before_ms = static_cast<std::uint64_t>((now - idempotency_life).count());
  const auto done = co_await store_.run(
      Priority::drain, [before_ms](Store& store) { return store.expire_idempotency(before_ms); });
  if (!done) {
    log_.warning("tidy.failed", "old idempotency keys stay for now",
                 {{"error", done.error().message()}});
  }
  co_await retention_.forget_old_clicks(static_cast<std::uint64_t>(now.count()));
}

}  // namespace

int run_tracker(const TrackerConfig& config, const std::string& settings, Log& log) {
  Tracker tracker{config, settings, log};
  return tracker.run();
}

}  // namespace waymark::tracker
