// One load run: threads are started, wait for a common moment, and their counts become one result.
#pragma once

#include "loadtest/kit/address.hpp"
#include "loadtest/kit/arrivals.hpp"
#include "loadtest/kit/rate_plan.hpp"
#include "loadtest/kit/recorder.hpp"
#include "loadtest/kit/request_source.hpp"
#include "loadtest/kit/result.hpp"
#include "loadtest/kit/tls.hpp"
#include "loadtest/kit/worker.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waymark::loadtest {

struct RunPlan {
  std::string url;
  std::string label;
  std::vector<std::string> command_line;
  Endpoint server;
  std::shared_ptr<const TlsClient> tls;  // null: plain
  std::shared_ptr<const RequestPlan> requests;

  bool closed = false;
  RatePlan rates{{Stage{}}};  // closed: its length alone counts
  ArrivalKind arrivals = ArrivalKind::constant;
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::size_t connections = 256;  // of all threads
  std::chrono::nanoseconds timeout{10'000'000'000};
};

// Who looks on. All may be left empty.
struct RunWatch {
  // The watcher of each thread's answers; null: none. Called before the threads start.
  std::function<AnswerWatcher*(std::size_t thread)> answers;
  // All threads are ready, and begin at that moment. Called once, on the caller's thread.
  std::function<void(const RunStart&)> started;
  // A second is over, with `due` as planned; on the caller's thread.
  std::function<void(const SecondSeen&)> second;
};

// Blocks until the run is over, at most drain_seconds behind its end. `stop` ends it early.
RunResult run_load(const RunPlan& plan, const RunWatch& watch, const std::atomic<bool>& stop);

inline constexpr double drain_seconds = 5;

}  // namespace waymark::loadtest
