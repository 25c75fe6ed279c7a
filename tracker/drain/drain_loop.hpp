// The drain of a tracker: from the click streams into the store. It finds the shards, drains each,
// and publishes what is committed. This is what the program starts and stops; the rules are in
// drain.hpp and publisher.hpp.
//
//   DrainLoop drain{io, options, store, log};
//   co_spawn(io, drain.run(), ...);   // ends after stop()
#pragma once

#include "common/log.hpp"
#include "common/metrics.hpp"
#include "tracker/drain/options.hpp"
#include "tracker/drain/publisher.hpp"
#include "tracker/drain/shard_drain.hpp"
#include "tracker/drain/stats.hpp"
#include "tracker/drain/takeover.hpp"
#include "tracker/leases/leases.hpp"
#include "tracker/store/store_thread.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace waymark::tracker {

class DrainLoop {
 public:
  // `io` runs on one thread; it, `store`, `leases` and `log` outlive this, and run() must have
  // ended first. Publishes and trims while it has the lease `folding`.
  DrainLoop(boost::asio::io_context& io, DrainOptions options, StoreThread& store, Leases& leases,
            Log& log);
  DrainLoop(const DrainLoop&) = delete;
  DrainLoop& operator=(const DrainLoop&) = delete;

  // Called on `io` after each commit by which links reached their max_clicks. Set before run().
  void on_full_links(std::function<void(const std::vector<FullLink>&)> handler);

  // Drains until stop(). Waits for Redis as long as it takes. Call once, on `io`.
  boost::asio::awaitable<void> run();
  // Finishes what is in hand, publishes it, and lets run() end: within a second when the store and
  // Redis answer. On `io`.
  void stop();

  const DrainStats& stats() const noexcept { return stats_; }

 private:
  boost::asio::awaitable<void> retry_dead_letters();
  boost::asio::awaitable<void> find_shards();
  boost::asio::awaitable<void> work_until_stopped();
  boost::asio::awaitable<void> take_over();
  boost::asio::awaitable<void> publish();
  boost::asio::awaitable<void> sleep(std::chrono::milliseconds wait);
  std::vector<std::string> shard_names() const;
  void add_shard(const std::string& shard);
  boost::asio::awaitable<void> retire_removed(std::set<std::string> listed);
  void retire(const std::string& shard);

  DrainOptions options_;
  DrainStats stats_;
  Log& log_;
  redis::Client commands_;
  boost::asio::steady_timer timer_;
  DrainParts parts_;
  Takeover takeover_;
  std::optional<Publisher> publisher_;  // of the present term of `folding`
  std::uint64_t folding_term_ = 0;
  std::map<std::string, std::unique_ptr<ShardDrain>> shards_;
  std::map<std::string, std::chrono::steady_clock::time_point> empty_since_;  // removed ones
  std::list<std::unique_ptr<ShardDrain>> retired_;  // until they have ended
  bool dirty_ = false;                              // figures have changed since the last cycle
  bool stopping_ = false;
};

}  // namespace waymark::tracker
