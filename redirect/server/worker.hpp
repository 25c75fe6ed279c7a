// One thread of the edge: its connections, its io_context, its cache and its origin of the journal.
// Threads share nothing on the request path; messages between them go through the io_contexts.
#pragma once

#include "common/log.hpp"
#include "redirect/server/address_limit.hpp"
#include "redirect/server/connection.hpp"
#include "redirect/server/connection_limit.hpp"
#include "redirect/server/listener.hpp"
#include "redirect/server/poller.hpp"
#include "redirect/server/responder.hpp"
#include "redirect/server/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace waymark::redirect {

struct WorkerOptions {
  unsigned thread = 0;  // its number
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds write_deadline{10'000};
  // Of the process; they outlive the worker.
  ConnectionLimit* connection_limit = nullptr;
  AddressLimit* address_limit = nullptr;
  // Passes an accepted connection on to the thread it was counted for: to the take() there.
  std::function<void(unsigned thread, const Listener& listener, int fd, const IpAddress& peer)>
      hand_over;
  std::shared_ptr<const TlsServer> tls;  // null without TLS listeners
  ResponderOptions responder;
};

// What other threads may read of a worker.
struct WorkerGauges {
  std::atomic<std::uint64_t> turned_ms{0};  // steady clock of the last tick
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_tls{0};
  std::atomic<std::uint64_t> cache_entries{0};
  std::atomic<std::uint64_t> cache_bound{0};
  std::atomic<std::uint64_t> cache_absences{0};
  std::atomic<std::uint64_t> cache_bytes{0};
  std::atomic<std::uint64_t> cache_evictions{0};
  std::atomic<std::uint64_t> absence_evictions{0};
  std::atomic<std::uint64_t> address_evictions{0};
  std::atomic<std::uint64_t> host_evictions{0};
  std::atomic<std::uint64_t> qr_evictions{0};
};

class Worker {
 public:
  // `listeners` are owned. `ask` sends a lookup to the LinkSource; `redis_away` is asked each turn.
  Worker(std::vector<Listener> listeners, const WorkerOptions& options,
         std::shared_ptr<const KeyRing> keys, JournalWriter& journal, Responder::Ask ask,
         std::function<bool()> redis_away, MetricShard& counters, Log& log);
  ~Worker();

  // Serves until stop(); on the thread that becomes this worker's.
  void run();

  boost::asio::io_context& io() noexcept { return io_; }
  const WorkerGauges& gauges() const noexcept { return gauges_; }

  // The following run on the worker's thread: post them to io().
  void on_lookup(const LookupKey& key, const LookupResult& result);
  void on_restored(const LookupKey& key, const LookupResult& result) {
    responder_.on_restored(key, result);
  }
  void on_changed(const LookupKey& key) noexcept { responder_.on_changed(key); }
  void on_anything_changed() noexcept { responder_.on_anything_changed(); }
  void on_domain(const std::string& host, std::shared_ptr<const DomainRecord> domain) {
    responder_.on_domain(host, std::move(domain));
  }
  void set_countries(std::shared_ptr<const CountryFile> countries) {
    responder_.set_countries(std::move(countries));
  }
  void set_well_known(std::shared_ptr<const WellKnownFiles> files) {
    responder_.set_well_known(std::move(files));
  }
  void set_keys(std::shared_ptr<const KeyRing> keys) { responder_.set_keys(std::move(keys)); }
  // For connections that come from now on.
  void set_tls(std::shared_ptr<const TlsServer> tls) noexcept { options_.tls = std::move(tls); }
  void set_agents(std::shared_ptr<const AgentList> agents) {
    responder_.set_agents(std::move(agents));
  }
  // From now on each answer closes its connection.
  void begin_drain() noexcept { responder_.set_draining(); }
  // A connection that another thread accepted, counted for this one already.
  void take(const Listener& listener, int fd, const IpAddress& peer);
  // Accepts what the kernel has queued and closes the listeners. What it handed over is with the
  // other threads before anything that is posted to them afterwards.
  void close_listeners();
  // Closes the idle connections, and calls `done` when the last one has ended. No more may come.
  void finish(std::function<void()> done);
  void stop() noexcept { stopped_ = true; }

 private:
  static constexpr std::size_t out_bytes = 64 * 1024;  // answers gathered before they are sent
  static_assert(out_bytes >= 2 * limits::answer_bytes_max);
  using Descriptor =
      boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        boost::asio::io_context::executor_type>;

  void turn(std::span<epoll_event> events);
  void wait_in_asio();
  void renew_clocks() noexcept;
  void tick();
  bool is_listener(const void* tag) const noexcept;
  bool accept(const Listener& listener);  // true while more may be queued
  void pause_accepting();
  void admit(const Listener& listener, int fd, const IpAddress& peer);
  void welcome(Connection& connection, const Listener& listener, const IpAddress& peer);
  bool make_room();
  std::uint64_t silent_ms(const Connection& connection) const noexcept;
  bool settle(Connection& connection, const IpAddress& peer);
  void greet(Connection& connection);
  void start_session(Connection& connection);
  void shake_hands(Connection& connection);
  void on_event(Connection& connection, unsigned events);
  void poll_for(Connection& connection, unsigned events) noexcept;
  void receive(Connection& connection);
  ssize_t receive_some(Connection& connection) noexcept;
  ssize_t send_some(Connection& connection, const char* bytes, std::size_t size) noexcept;
  void go_on(Connection& connection);
  void linger(Connection& connection);
  void serve(Connection& connection);
  void wait_for_lookup(Connection& connection);
  void gather(Connection& connection, char* begin, char* end);
  void send_gathered();
  bool send(Connection& connection, const char* begin, const char* end);
  bool send_with_content(Connection& connection, const char* begin, const char* end);
  void send_rest(Connection& connection);
  void after_answers(Connection& connection);
  void start_lingering(Connection& connection);
  void expired(Connection& connection);
  void set_deadline(Connection& connection, std::chrono::milliseconds from_now) noexcept;
  void close(Connection& connection);
  Connection* new_connection();
  void answer_waiting(Connection& connection, LookupStatus status);
  template <class Work>
  void guard(Connection& connection, Work work);
  void give_up(Connection& connection, const std::exception& bug);
  void end_when_idle(Connection& connection);
  void finish_if_empty();

  boost::asio::io_context io_;
  WorkerOptions options_;
  MetricShard& counters_;
  Log& log_;
  Poller poller_;
  Descriptor client_events_;
  Timer tick_timer_;
  Timer accept_timer_;
  std::function<bool()> redis_away_;
  Responder responder_;
  TimerWheel wheel_;
  std::vector<Listener> listeners_;
  Now now_;
  bool waiting_in_asio_ = false;
  bool stopped_ = false;
  unsigned turns_ = 0;
  std::size_t open_ = 0;
  std::size_t open_tls_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;  // all there ever were
  std::vector<Connection*> free_;
  std::size_t room_hand_ = 0;  // the next of connections_ to be looked at when all are taken
  std::unordered_map<std::string, std::vector<Connection*>> waiters_;  // by "host/code"
  std::unique_ptr<char[]> out_;
  // Answers of this turn that wait in out_ for their MACs; of a connection at most one entry.
  struct Gathered {
    Connection* connection;
    const char* begin;
    const char* end;
  };
  std::array<Gathered, gathered_max> gathered_;
  std::size_t gathered_count_ = 0;
  char* gathered_end_;
  std::function<void()> finished_;
  WorkerGauges gauges_;
};

// What is done for one visitor, but for the end of the process when it throws: that is a bug, or
// memory is short, and costs this connection alone. What is done for nobody in particular
// (settings, answers of Redis on their way into the cache, clocks) is not guarded: half done, it
// would go on as if nothing had been.
template <class Work>
void Worker::guard(Connection& connection, Work work) {
  try {
    work();
  } catch (const std::exception& bug) {
    give_up(connection, bug);
  }
}

}  // namespace waymark::redirect
