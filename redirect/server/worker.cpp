#include "redirect/server/worker.hpp"

#include <boost/asio/post.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <new>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr unsigned turns_between_polls = 8;
constexpr unsigned handlers_between_turns = 64;
constexpr auto last_request_deadline = 1s;

std::uint64_t milliseconds_of(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

}  // namespace

Worker::Worker(std::vector<Listener> listeners, const WorkerOptions& options,
               std::shared_ptr<const KeyRing> keys, JournalWriter& journal, Responder::Ask ask,
               std::function<bool()> redis_away, MetricShard& counters, Log& log)
    : io_(1),
      options_(options),
      counters_(counters),
      log_(log),
      client_events_(io_, dup(poller_.fd())),
      tick_timer_(io_),
      accept_timer_(io_),
      redis_away_(std::move(redis_away)),
      responder_(options.responder, std::move(keys), journal, std::move(ask), counters),
      listeners_(std::move(listeners)),
      out_(std::make_unique<char[]>(out_bytes)),
      gathered_end_(out_.get()) {
  connections_.reserve(options_.connection_limit->max());
  free_.reserve(options_.connection_limit->max());  // closing needs no memory
  renew_clocks();
  responder_.on_circle([this](const LookupKey& asked, const ResolvedLink& link) {
    log_.warning("link.circle",
                 "Link leads back to the address that was asked for: not redirected to. If that is "
                 "another name of this edge, make a domain record for it",
                 {{"asked", asked.host + '/' + asked.code}, {"link", link.link_id()}});
  });
  for (Listener& listener : listeners_) poller_.add(listener.fd, EPOLLIN, &listener);
  gauges_.turned_ms = now_.steady_ms;
}

Worker::~Worker() {
  for (auto& connection : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
  for (const Listener& listener : listeners_) ::close(listener.fd);
}

void Worker::run() {
  tick();
  io_.poll();  // files that were handed over before the start hold for the first visitor, too
  while (!stopped_) {
    const auto events = poller_.ready();
    if (events.empty()) {
      wait_in_asio();
    } else {
      turn(events);
    }
  }
}

// Clients first; Asio's share (replies of Redis, messages, timers) comes every few turns while
// there are clients, and always when there are none.
void Worker::turn(std::span<epoll_event> events) {
  renew_clocks();
  for (epoll_event& event : events) {
    if (is_listener(event.data.ptr)) [[unlikely]] {
      accept(*static_cast<const Listener*>(event.data.ptr));
    } else {
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      guard(connection, [&] { on_event(connection, event.events); });
    }
  }
  send_gathered();
  if (++turns_ % turns_between_polls != 0) return;
  for (unsigned i = 0; i < handlers_between_turns && io_.poll_one() > 0; ++i) {
  }
}

void Worker::wait_in_asio() {
  if (!waiting_in_asio_) {
    waiting_in_asio_ = true;
    client_events_.async_wait(Descriptor::wait_read,
                              [this](boost::system::error_code) { waiting_in_asio_ = false; });
  }
  io_.run_one();
  renew_clocks();
}

void Worker::renew_clocks() noexcept {
  now_ = {milliseconds_of(CLOCK_REALTIME), milliseconds_of(CLOCK_MONOTONIC)};
  responder_.set_now(now_);
  responder_.set_redis_away(redis_away_());
}

void Worker::tick() {
  renew_clocks();
  wheel_.advance(now_.steady_ms,
                 [this](WheelEntry& entry) { expired(static_cast<Connection&>(entry)); });
  // Other threads may want room that only this one can make.
  if (options_.connection_limit->full()) make_room();
  gauges_.turned_ms = now_.steady_ms;
  gauges_.connections = open_;
  gauges_.connections_tls = open_tls_;
  gauges_.cache_entries = responder_.cache().entries();
  gauges_.cache_bound = responder_.cache().bound_entries();
  gauges_.cache_absences = responder_.cache().absences();
  gauges_.cache_bytes = responder_.cache().bytes();
  gauges_.cache_evictions = responder_.cache().evictions();
  gauges_.absence_evictions = responder_.cache().absence_evictions();
  gauges_.address_evictions = responder_.addresses().forgotten();
  gauges_.host_evictions = responder_.hosts().forgotten();
  gauges_.qr_evictions = responder_.qr_codes().evictions();
  tick_timer_.expires_after(std::chrono::milliseconds{TimerWheel::tick_ms});
  tick_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

// --- connections ---

// Null when there is no memory for another.
Connection* Worker::new_connection() {
  if (free_.empty()) {
    std::unique_ptr<Connection> fresh{new (std::nothrow) Connection};
    if (!fresh) return nullptr;
    free_.push_back(fresh.get());
    connections_.push_back(std::move(fresh));
  }
  Connection* const connection = free_.back();
  free_.pop_back();
  connection->state = ConnectionState::reading;
  connection->close_after = connection->linger = false;
  connection->begin = connection->end = 0;
  connection->header_begun = connection->answered = false;
  connection->request_bytes = connection->lingered = connection->unsent_at = 0;
  connection->unsent.clear();
  connection->content.reset();
  connection->polled = EPOLLIN;
  connection->wants_tls = connection->behind_proxy = connection->counted = false;
  ++open_;
  return connection;
}

void Worker::close(Connection& connection) {
  if (connection.state == ConnectionState::waiting) {
    if (const auto at = waiters_.find(connection.awaited); at != waiters_.end()) {
      std::erase(at->second, &connection);
    }
  }
  wheel_.remove(connection);
  if (connection.counted) options_.address_limit->leave(connection.near_peer);
  if (connection.tls) {
    // Who misses part of an answer must not take it for the whole.
    if (connection.state != ConnectionState::writing) connection.tls->end();
    connection.tls.reset();
    --open_tls_;
  }
  ::close(connection.fd);
  connection.fd = -1;
  free_.push_back(&connection);
  --open_;
  options_.connection_limit->leave(options_.thread);
  if (finished_) finish_if_empty();
}

void Worker::set_deadline(Connection& connection, std::chrono::milliseconds from_now) noexcept {
  wheel_.set(connection, now_.steady_ms + static_cast<std::uint64_t>(from_now.count()));
}

// --- ending ---

void Worker::close_listeners() {
  for (const Listener& listener : listeners_) {
    while (accept(listener)) {
    }
    poller_.remove(listener.fd);
    ::close(listener.fd);
  }
  listeners_.clear();
}

void Worker::finish(std::function<void()> done) {
  finished_ = std::move(done);
  for (auto& connection : connections_) {
    if (connection->fd >= 0 && connection->state <= ConnectionState::reading) {
      end_when_idle(*connection);
    }
  }
  if (finished_) finish_if_empty();
}

// What was answered before may go; who never asked gets a moment, since every answer closes now.
void Worker::end_when_idle(Connection& connection) {
  // Its last request may be there already.
  guard(connection, [&] { on_event(connection, EPOLLIN); });
  send_gathered();
  if (connection.fd < 0 || connection.state > ConnectionState::reading) return;
  if (connection.is_idle()) return close(connection);
  set_deadline(connection, last_request_deadline);
}

void Worker::finish_if_empty() {
  if (open_ > 0) return;
  boost::asio::post(io_, std::exchange(finished_, nullptr));
}

}  // namespace waymark::redirect
