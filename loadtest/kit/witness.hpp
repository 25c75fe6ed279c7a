// All that is seen of a run from outside the generator: what became of its clicks, what the servers
// used, and the chaos that was made. Joins the parts in clicks/, servers/ and chaos/ for the
// command `run`.
#pragma once

#include "loadtest/kit/address.hpp"
#include "loadtest/kit/chaos/chaos_runner.hpp"
#include "loadtest/kit/clicks/api_connection.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/click_witness.hpp"
#include "loadtest/kit/result.hpp"
#include "loadtest/kit/servers/server_sampler.hpp"
#include "loadtest/kit/worker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

// As written.
struct WitnessOptions {
  std::string api;  // empty: clicks are not reconciled
  std::string api_key_file;
  std::string reconcile = "store";  // or "stream"
  std::string settle = "30s";
  std::string ids_file;              // empty: ids are not written
  std::string deployment;            // folder of `waymark up`: gives api, key and servers
  std::vector<std::string> servers;  // NAME=PID or NAME=:PORT
  std::string chaos;
};

class Witness {
 public:
  // Who listens at `target` is sampled, too, when that is a loopback address.
  // `click_rate`: answers a second that are expected, 0 when unknown. Asks the API once, and forks
  // when there is chaos: before the program has threads. Throws StartupError.
  Witness(const WitnessOptions& options, const Endpoint& target, double click_rate,
          std::chrono::nanoseconds run_time);

  // Hears of the answers of one of the generator's `threads`; null when nobody wants their ids.
  // Before start().
  AnswerWatcher* watcher(std::size_t threads);

  // The run begins at `start`.
  void start(std::chrono::steady_clock::time_point start);
  // The run is over: waits for the clicks and completes the result. `say` is given lines of
  // progress for a person.
  void finish(RunResult& result, const std::function<void(const std::string&)>& say);

 private:
  struct WatchedLedger : AnswerWatcher {
    WatchedLedger(std::size_t clicks_max, const WatchShare* share) : ledger(clicks_max, share) {}
    void answered(std::string_view location, std::int64_t unix_us) override;
    ClickLedger ledger;
  };

  ClickTruth reconcile(std::vector<AnsweredClick> answered,
                       const std::function<void(const std::string&)>& say);

  std::optional<ApiAccess> access_;
  std::chrono::milliseconds settle_;
  std::string ids_file_;
  std::unique_ptr<ClickWitness> clicks_;  // null: they are not reconciled
  std::vector<std::unique_ptr<WatchedLedger>> ledgers_;
  std::vector<Server> servers_;
  std::unique_ptr<ChaosRunner> chaos_;
  std::unique_ptr<ServerSampler> sampler_;
};

}  // namespace waymark::loadtest
