// All that is seen of a run from outside the generator: what became of its clicks, what the servers
// used, and the chaos that was made. Joins the parts in clicks/, servers/ and chaos/ for the
// command `run`.
#pragma once

#include "loadtest/kit/chaos/chaos_runner.hpp"
#include "loadtest/kit/clicks/click_ledger.hpp"
#include "loadtest/kit/clicks/export_page.hpp"
#include "loadtest/kit/clicks/row_watch.hpp"
#include "loadtest/kit/result.hpp"
#include "loadtest/kit/servers/server_sampler.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

// As written.
struct WitnessOptions {
  std::string api;  // empty: clicks are not reconciled
  std::string api_key_file;
  std::string settle = "30s";
  std::string deployment;            // folder of `waymark up`: gives api, key and servers
  std::vector<std::string> servers;  // NAME=PID or NAME=:PORT
  std::string chaos;
};

class Witness {
 public:
  // `port`: the server's when it is on this machine, else 0; who listens there is sampled.
  // `click_rate`: answers a second that are expected, 0 when unknown. Asks the API once, and forks
  // when there is chaos: before the program has threads. Throws StartupError.
  Witness(const WitnessOptions& options, std::uint16_t port, double click_rate,
          std::chrono::nanoseconds run_time);

  bool reconciles() const noexcept { return access_.has_value(); }
  // The ledger of each of the generator's threads; before start(), and only when it reconciles.
  std::vector<ClickLedger*> make_ledgers(std::size_t threads);

  // The run begins at `start`.
  void start(std::chrono::steady_clock::time_point start);
  // The run is over: waits for the clicks and completes the result. `say` is given lines of
  // progress for a person.
  void finish(RunResult& result, const std::function<void(const std::string&)>& say);

 private:
  ClickTruth reconcile(const std::function<void(const std::string&)>& say);

  std::optional<ApiAccess> access_;
  std::chrono::milliseconds settle_;
  WatchShare share_;
  std::vector<std::unique_ptr<ClickLedger>> ledgers_;
  std::vector<Server> servers_;
  std::unique_ptr<ChaosRunner> chaos_;
  std::unique_ptr<RowWatch> watch_;
  std::unique_ptr<ServerSampler> sampler_;
};

}  // namespace waymark::loadtest
