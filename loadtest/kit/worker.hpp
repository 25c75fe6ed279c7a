// One thread of the generator: an epoll loop over its share of connections and of the plan. One
// send and one receive per request, no locks, no allocation in the steady state.
#pragma once

#include "loadtest/kit/answer_parser.hpp"
#include "loadtest/kit/arrivals.hpp"
#include "loadtest/kit/lateness.hpp"
#include "loadtest/kit/recorder.hpp"
#include "loadtest/kit/request_source.hpp"
#include "loadtest/kit/stream.hpp"
#include "loadtest/kit/thread_clocks.hpp"

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

// Hears of every answer that names a Location, on the thread that received it. To be quick.
class AnswerWatcher {
 public:
  virtual ~AnswerWatcher() = default;
  // `unix_us`: when the answer was complete.
  virtual void answered(std::string_view location, std::int64_t unix_us) = 0;
};

// The moment from which all threads count, by both clocks.
struct RunStart {
  std::chrono::steady_clock::time_point steady;
  std::chrono::system_clock::time_point wall;
};

struct WorkerPlan {
  Endpoint server;
  const TlsClient* tls = nullptr;  // null: plain
  std::size_t connections = 0;     // at most; opened when they are needed
  std::uint64_t run_ns = 0;        // nothing is due behind it
  std::uint64_t timeout_ns = 0;    // from send to answer
  std::uint64_t drain_ns = 0;      // how long answers are waited for after the run
};

class Worker {
 public:
  // Without `arrivals` the loop is closed: each connection asks again when it was answered.
  // Everything referred to outlives this. `watcher` may be null.
  Worker(const WorkerPlan& plan, std::optional<Arrivals> arrivals,
         std::unique_ptr<RequestSource> source, Recorder& recorder, AnswerWatcher* watcher);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // Returns when all is answered, or plan.drain_ns after the end. `stop` ends the plan early.
  void run(const RunStart& start, const std::atomic<bool>& stop);

  // After run().
  const ThreadClocks& cost() const noexcept { return cost_; }
  std::uint64_t ended_ns() const noexcept { return ended_; }  // end of the plan, or its early end
  std::uint64_t last_answer_ns() const noexcept { return last_answer_; }
  std::size_t connections_max() const noexcept { return open_max_; }

 private:
  struct Slot {
    Stream stream;
    AnswerParser parser;
    Request request;
    std::string unsent;
    std::uint64_t due = 0;
    std::uint64_t sent = 0;
    std::uint32_t watched = 0;  // events asked of epoll; 0: not in it
    bool busy = false;
  };

  std::uint64_t clock() const;
  void plan_next();
  void send_due();
  void wait();
  void tick(const std::atomic<bool>& stop);
  bool all_sent() const;
  Slot* take_slot(bool own_connection);
  bool slot_is_free() const { return !idle_.empty() || !unopened_.empty(); }
  void start(Slot& slot, const Request& request, std::uint64_t due, std::uint64_t lateness);
  void start_next(Slot& slot);
  void watch(Slot& slot, std::uint32_t events);
  void on_event(Slot& slot);
  bool send_rest(Slot& slot);
  void receive(Slot& slot);
  void finish(Slot& slot, bool reusable);
  void fail(Slot& slot, std::uint64_t Errors::*counter, const std::string& why);
  void fail_by_stream(Slot& slot, std::uint64_t Errors::*counter);
  void release(Slot& slot, bool reusable);
  void close(Slot& slot);
  void drop_idle(Slot& slot);

  const WorkerPlan& plan_;
  std::optional<Arrivals> arrivals_;
  std::unique_ptr<RequestSource> source_;
  Recorder& recorder_;
  AnswerWatcher* const watcher_;
  const int epoll_;

  RunStart start_;
  std::vector<Slot> slots_;
  std::vector<Slot*> idle_;      // connected, most recently used last
  std::vector<Slot*> unopened_;  // without a connection
  std::vector<char> buffer_;
  std::vector<epoll_event> events_;
  std::optional<Request> drawn_;  // waits for a connection
  std::size_t busy_ = 0;
  std::size_t open_ = 0;
  std::size_t open_max_ = 0;

  std::uint64_t now_ = 0;  // as last read
  std::uint64_t due_ = Arrivals::none;
  Lateness lateness_;
  std::uint64_t next_tick_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t last_answer_ = 0;
  ThreadClocks cost_;
};

}  // namespace waymark::loadtest
