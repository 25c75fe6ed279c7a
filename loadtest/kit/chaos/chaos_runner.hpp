// Carries out a chaos plan against servers of this machine, on a thread of its own.
#pragma once

#include "loadtest/kit/chaos/chaos_plan.hpp"
#include "loadtest/kit/chaos/stall_guard.hpp"
#include "loadtest/kit/result.hpp"
#include "loadtest/kit/servers/server.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace waymark::loadtest {

class ChaosRunner {
 public:
  // Looks whether every target is there and this user's. Throws StartupError: no such server, not
  // ours, or after the end of a run of `run_time`. Forks a guard: before the program has threads.
  ChaosRunner(std::vector<ChaosAction> plan, std::vector<Server> servers,
              std::chrono::nanoseconds run_time);
  // What is stopped goes on.
  ~ChaosRunner();

  // From when the plan's times count.
  void start(std::chrono::steady_clock::time_point start);
  // Ends early what is under way; what was done, with the times at which it was. The end of a kill
  // is when the process was there again.
  std::vector<ChaosEvent> finish();
  // In words: what could not be done, for lack of a process at that moment.
  const std::vector<std::string>& failures() const noexcept { return failures_; }

 private:
  void carry_out(const ChaosAction& action, const std::stop_token& stop,
                 std::chrono::steady_clock::time_point start);
  bool pause_until(std::chrono::steady_clock::time_point end, const std::stop_token& stop);
  void await_restart(const Server& server, ::pid_t killed, const std::stop_token& stop);
  const Server& server_of(const ChaosAction& action) const;
  ::pid_t own_process(const Server& server) const;

  const std::vector<ChaosAction> plan_;
  const std::vector<Server> servers_;
  StallGuard guard_;
  std::vector<ChaosEvent> events_;
  std::vector<std::string> failures_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<std::jthread> threads_;  // one for each action: a stall must not hold up a kill
};

}  // namespace waymark::loadtest
