#include "loadtest/kit/run.hpp"

#include "common/version.hpp"
#include "loadtest/kit/generator_limit.hpp"
#include "loadtest/kit/machine.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>

namespace waymark::loadtest {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr milliseconds get_ready{30};  // threads exist and wait when the first request is due
constexpr milliseconds look_every{50};

std::uint64_t ns_of(double seconds) {
  return static_cast<std::uint64_t>(seconds * 1e9 + 0.5);
}

class Run {
 public:
  Run(const RunPlan& plan, const RunWatch& watch) : plan_(plan), watch_(watch) {
    const auto kinds = plan.requests->kinds().size();
    for (std::size_t i = 0; i < plan.threads; ++i) {
      parts_.push_back({plan.server, plan.tls.get(), share_of_connections(i),
                        ns_of(plan.rates.seconds()),
                        static_cast<std::uint64_t>(plan.timeout.count()), ns_of(drain_seconds)});
      recorders_.emplace_back(kinds);
      std::optional<Arrivals> arrivals;
      if (!plan.closed) arrivals.emplace(arrivals_of(i));
      workers_.emplace_back(parts_.back(), std::move(arrivals),
                            plan.requests->source(i, plan.threads), recorders_.back(),
                            watch.answers ? watch.answers(i) : nullptr);
    }
  }

  RunResult run(const std::atomic<bool>& stop) {
    const RunStart start{std::chrono::steady_clock::now() + get_ready,
                         std::chrono::system_clock::now() + get_ready};
    std::atomic<std::size_t> running{workers_.size()};
    std::vector<std::thread> threads;
    for (Worker& worker : workers_) {
      threads.emplace_back([&] {
        worker.run(start, stop);
        --running;
      });
    }
    if (watch_.started) watch_.started(start);
    while (running > 0) {
      std::this_thread::sleep_for(look_every);
      gather();
      show(std::chrono::steady_clock::now() - start.steady);
    }
    for (std::thread& thread : threads) thread.join();
    gather();
    return result(start);
  }

 private:
  std::size_t share_of_connections(std::size_t thread) const {
    return plan_.connections / plan_.threads + (thread < plan_.connections % plan_.threads ? 1 : 0);
  }

  Arrivals arrivals_of(std::size_t thread) const {
    return {plan_.rates, plan_.arrivals, plan_.seed, thread, plan_.threads};
  }

  void gather() {
    for (Recorder& recorder : recorders_) {
      for (const SecondSeen& seen : recorder.take_seconds()) {
        SecondSeen& sum = seconds_[seen.second.at];
        sum.second.at = seen.second.at;
        sum.second.merge(seen.second);
        sum.max_lateness_ns = std::max(sum.max_lateness_ns, seen.max_lateness_ns);
      }
    }
  }

  // Shows the last second that all threads have closed.
  void show(nanoseconds passed) {
    constexpr milliseconds closing{120};  // threads look at the clock every 50 ms
    const auto whole = std::chrono::floor<std::chrono::seconds>(passed - closing).count();
    if (!watch_.second || whole <= shown_) return;
    shown_ = whole;
    const auto at = static_cast<std::uint32_t>(whole - 1);
    SecondSeen seen = seconds_[at];
    seen.second.at = at;
    const double begin = static_cast<double>(at);
    seen.second.due = plan_.closed ? seen.second.sent
                                   : static_cast<std::uint64_t>(plan_.rates.due_by(begin + 1) -
                                                                plan_.rates.due_by(begin) + 0.5);
    watch_.second(seen);
  }

  // Goes through the plan once more: what was due until the run ended.
  void count_due(RunResult& result) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Arrivals arrivals = arrivals_of(i);
      const std::uint64_t end = workers_[i].ended_ns();
      for (auto due = arrivals.next(); due != Arrivals::none && due <= end; due = arrivals.next()) {
        ++result.planned;
        const auto at = static_cast<std::uint32_t>(due / 1'000'000'000);
        Second& second = seconds_[at].second;
        second.at = at;
        ++second.due;
      }
    }
  }

  RunResult result(const RunStart& start) {
    RunResult result;
    result.tool_version = version();
    result.label = plan_.label;
    result.started_at_ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<milliseconds>(start.wall.time_since_epoch()).count());
    result.machines.push_back(this_machine(plan_.command_line));
    result.url = plan_.url;
    result.mode = plan_.closed ? "closed" : "open";
    result.planned_seconds = plan_.rates.seconds();
    result.target_rate = plan_.closed ? 0 : plan_.rates.mean_rate();
    result.seed = plan_.seed;
    result.threads = static_cast<std::uint32_t>(plan_.threads);
    GeneratorLoad load;
    add_threads(result, load);
    if (plan_.closed) {
      result.planned = result.sent;
      for (auto& [at, seen] : seconds_) seen.second.due = seen.second.sent;
    } else {
      count_due(result);
    }
    const std::uint64_t failed = result.errors.total() - result.errors.unexpected_status;
    result.unfinished = result.planned - std::min(result.planned, result.answered + failed);
    for (auto& [at, seen] : seconds_) {
      if (seen.second.due + seen.second.sent + seen.second.answered + seen.second.errors > 0) {
        result.seconds.push_back(seen.second);
      }
    }
    judge_generator(result, load);
    for (const Recorder& recorder : recorders_) {
      if (recorder.first_failure().empty()) continue;
      result.verdict.notes.push_back("The first error: " + recorder.first_failure() + ".");
      break;
    }
    bound_series(result);
    return result;
  }

  void add_threads(RunResult& result, GeneratorLoad& load) {
    const auto kinds = plan_.requests->kinds();
    std::uint64_t over = 0;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const Worker& worker = workers_[i];
      recorders_[i].add_to(result, kinds);
      over = std::max({over, worker.ended_ns(), worker.last_answer_ns()});
      result.connections += static_cast<std::uint32_t>(worker.connections_max());
      const ThreadClocks& cost = worker.cost();
      result.generator.cpu_seconds += cost.cpu_seconds;
      result.generator.cpu_user += cost.cpu_user;
      result.generator.cpu_sys += cost.cpu_sys;
      load.waited_for_core += cost.waited_for_core;
    }
    result.measured_seconds = static_cast<double>(over) / 1e9;
    for (const Worker& worker : workers_) {
      load.busiest_thread =
          std::max(load.busiest_thread, worker.cost().cpu_seconds / result.measured_seconds);
      const double at_work = worker.cost().cpu_seconds + worker.cost().waited_for_core;
      load.least_pause = std::min(load.least_pause, 1 - at_work / result.measured_seconds);
    }
    if (result.answered > 0) {
      result.generator.cpu_us_per_request =
          result.generator.cpu_seconds * 1e6 / static_cast<double>(result.answered);
    }
  }

  const RunPlan& plan_;
  const RunWatch& watch_;
  std::deque<WorkerPlan> parts_;
  std::deque<Recorder> recorders_;
  std::deque<Worker> workers_;
  std::map<std::uint32_t, SecondSeen> seconds_;
  std::int64_t shown_ = 0;
};

}  // namespace

RunResult run_load(const RunPlan& plan, const RunWatch& watch, const std::atomic<bool>& stop) {
  return Run{plan, watch}.run(stop);
}

}  // namespace waymark::loadtest
