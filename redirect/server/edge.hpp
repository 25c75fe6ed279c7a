// The whole edge: builds the parts in order, hands each the others it needs, runs until a signal
// ends it. The control thread (the one that calls run()) looks links up, serves the admin pages and
// steers; the workers serve visitors.
#pragma once

#include "common/admin/admin_pages.hpp"
#include "common/http/server.hpp"
#include "common/log.hpp"
#include "common/metrics.hpp"
#include "redirect/config.hpp"
#include "redirect/geo/country_watch.hpp"
#include "redirect/pages/well_known_watch.hpp"
#include "redirect/server/address_limit.hpp"
#include "redirect/server/connection_limit.hpp"
#include "redirect/server/listener.hpp"
#include "redirect/snapshot/link_snapshot.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace waymark::redirect {

class Edge {
 public:
  // Binds, locks and loads everything. Throws StartupError. `describe` renders the settings in
  // force.
  Edge(RedirectConfig config, std::function<std::string()> describe, Log& log);
  ~Edge();

  // Serves until SIGTERM or SIGINT has been carried out (shipping.md rule 17). Returns the exit
  // code.
  int run();

 private:
  enum class Phase : std::uint8_t { serving, grace, finishing };

  std::uint64_t fitting_connections();
  void build_workers();
  void register_gauges();
  std::uint64_t gauge_sum(std::atomic<std::uint64_t> WorkerGauges::*member) const;
  AdminSources admin_sources();
  bool loops_turn() const;
  SourceEvents source_events();
  SourceOptions source_options();
  template <class Action>
  void on_each_worker(Action action);
  void await_signal();
  void on_signal(int signal);
  void begin_grace();
  void close_listeners();
  void finish_visitors();
  void finish_shipping();
  void stop_all();
  void reload();
  void warn_of_certificates();
  std::string listeners_text() const;
  std::string agents_versions() const;

  RedirectConfig config_;
  std::function<std::string()> describe_;
  Log& log_;
  boost::asio::io_context control_{1};
  Metrics metrics_;
  std::atomic<std::shared_ptr<const KeyRing>> keys_;
  std::shared_ptr<const AgentList> agents_;  // used by the control thread
  Shipping shipping_;
  CountryWatch countries_;
  WellKnownWatch well_known_;
  boost::asio::thread_pool helper_{1};  // writes files for the control thread, which never waits
  LinkSnapshot snapshot_;
  LinkSource source_;
  Listeners listeners_;
  std::shared_ptr<const TlsServer> tls_;  // null without TLS listeners
  ConnectionLimit connection_limit_;
  AddressLimit address_limit_;
  std::vector<std::unique_ptr<Worker>> workers_;
  http::Server admin_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer grace_timer_;
  std::vector<std::thread> threads_;
  std::size_t workers_left_ = 0;
  Phase phase_ = Phase::serving;
  int exit_code_ = exit_code::ok;
};

}  // namespace waymark::redirect
