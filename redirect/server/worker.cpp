#include "redirect/server/worker.hpp"

#include "redirect/server/listener.hpp"

#include <boost/asio/post.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <exception>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t out_bytes = 64 * 1024;
constexpr std::size_t accepts_per_turn_max = 64;
constexpr unsigned turns_between_polls = 8;
constexpr auto accept_pause = 50ms;
constexpr std::uint64_t linger_ms = 2'000;
constexpr std::uint64_t last_request_ms = 1'000;
constexpr std::size_t linger_bytes_max = 256 * 1024;
static_assert(out_bytes >= 2 * limits::answer_bytes_max);

std::uint64_t milliseconds_of(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

std::uint64_t count(std::chrono::milliseconds duration) noexcept {
  return static_cast<std::uint64_t>(duration.count());
}

std::string name_of(const LookupKey& key) {
  return key.host + '/' + key.code;
}

}  // namespace

Worker::Worker(int listener, const WorkerOptions& options, std::shared_ptr<const KeyRing> keys,
               JournalWriter& journal, Responder::Ask ask, std::function<bool()> redis_away,
               MetricShard& counters, Log& log)
    : io_(1),
      options_(options),
      counters_(counters),
      log_(log),
      client_events_(io_, dup(poller_.fd())),
      tick_timer_(io_),
      accept_timer_(io_),
      redis_away_(std::move(redis_away)),
      responder_(options.responder, std::move(keys), journal, std::move(ask), counters),
      listener_(listener),
      out_(std::make_unique<char[]>(out_bytes)) {
  renew_clocks();
  poller_.add(listener_, EPOLLIN, nullptr);
  gauges_.listening = true;
  gauges_.turned_ms = now_.steady_ms;
}

Worker::~Worker() {
  for (auto& connection : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
  if (listener_ >= 0) ::close(listener_);
}

void Worker::run() {
  tick();
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
    if (event.data.ptr == nullptr) {
      accept();
    } else {
      on_event(*static_cast<Connection*>(event.data.ptr), event.events);
    }
  }
  if (++turns_ % turns_between_polls == 0) io_.poll();
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
  gauges_.turned_ms = now_.steady_ms;
  gauges_.connections = open_;
  gauges_.cache_entries = responder_.cache().entries();
  gauges_.cache_bytes = responder_.cache().bytes();
  gauges_.cache_evictions = responder_.cache().evictions();
  gauges_.absence_evictions = responder_.cache().absence_evictions();
  gauges_.hosts_forgotten = responder_.hosts().forgotten();
  tick_timer_.expires_after(std::chrono::milliseconds{TimerWheel::tick_ms});
  tick_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

// --- accepting ---

bool Worker::accept() {
  for (std::size_t i = 0; i < accepts_per_turn_max && listener_ >= 0; ++i) {
    Peer peer;
    const int fd = accept_connection(listener_, peer);
    if (fd < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
      if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
      pause_accepting();
      return false;
    }
    Connection* const connection = open_ < options_.connections_max ? new_connection() : nullptr;
    if (connection == nullptr) {
      counters_.add(Counter::connections_refused);
      ::close(fd);
      continue;
    }
    counters_.add(Counter::accepted);
    connection->fd = fd;
    connection->peer = peer;
    connection->accepted_ms = now_.steady_ms;
    wheel_.set(*connection, now_.steady_ms + count(options_.header_deadline));
    if (!poller_.add(fd, EPOLLIN, connection)) close(*connection);
  }
  return true;
}

// Out of descriptors or memory: the connection stays queued and would wake us again at once.
void Worker::pause_accepting() {
  counters_.add(Counter::accept_errors);
  log_.warning("accept.failed", "Connections wait: raise the limit of open files",
               {{"errno", errno}});
  poller_.remove(listener_);
  accept_timer_.expires_after(accept_pause);
  accept_timer_.async_wait([this](boost::system::error_code error) {
    if (!error && listener_ >= 0) poller_.add(listener_, EPOLLIN, nullptr);
  });
}

Connection* Worker::new_connection() {
  if (free_.empty()) {
    connections_.push_back(std::make_unique<Connection>());
    free_.push_back(connections_.back().get());
  }
  Connection* const connection = free_.back();
  free_.pop_back();
  connection->state = ConnectionState::reading;
  connection->close_after = connection->linger = false;
  connection->begin = connection->end = 0;
  connection->header_begun = connection->answered = false;
  connection->request_bytes = connection->lingered = connection->unsent_at = 0;
  connection->unsent.clear();
  ++open_;
  return connection;
}

void Worker::close(Connection& connection) {
  if (connection.state == ConnectionState::waiting) {
    for (auto& [name, waiting] : waiters_) std::erase(waiting, &connection);
  }
  wheel_.remove(connection);
  ::close(connection.fd);
  connection.fd = -1;
  free_.push_back(&connection);
  --open_;
  if (finished_) finish_if_empty();
}

// --- one connection ---

void Worker::on_event(Connection& connection, unsigned events) {
  if (connection.fd < 0) return;  // closed earlier in this turn
  switch (connection.state) {
    case ConnectionState::reading:
      return receive(connection);
    case ConnectionState::writing:
      return send_rest(connection);
    case ConnectionState::lingering:
      return linger(connection);
    case ConnectionState::waiting:
      if ((events & (EPOLLHUP | EPOLLERR)) != 0) close(connection);
      return;
  }
}

void Worker::receive(Connection& connection) {
  if (connection.end == connection.in.size() && connection.begin > 0) {
    std::copy(connection.in.begin() + static_cast<std::ptrdiff_t>(connection.begin),
              connection.in.begin() + static_cast<std::ptrdiff_t>(connection.end),
              connection.in.begin());
    connection.end -= connection.begin;
    connection.begin = 0;
  }
  const ssize_t got = recv(connection.fd, connection.in.data() + connection.end,
                           connection.in.size() - connection.end, 0);
  if (got > 0) {
    connection.end += static_cast<std::size_t>(got);
    return serve(connection);
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  close(connection);
}

void Worker::serve(Connection& connection) try {
  char* out = out_.get();
  while (!connection.close_after && connection.begin < connection.end) {
    const Step step = responder_.respond(connection, out);
    if (step == Step::starved) {
      // The header's deadline counts from its first byte, whatever trickles in later.
      if (!std::exchange(connection.header_begun, true)) {
        wheel_.set(connection, now_.steady_ms + count(options_.header_deadline));
      }
      break;
    }
    if (step == Step::waiting) {
      if (!send(connection, out_.get(), out)) return;
      return wait_for_lookup(connection);
    }
    if (out > out_.get() + out_bytes - limits::answer_bytes_max) {
      if (!send(connection, out_.get(), out)) return;
      out = out_.get();
    }
  }
  if (out == out_.get()) return;
  if (!send(connection, out_.get(), out)) return;
  after_answers(connection);
} catch (const std::exception& bug) {
  give_up(connection, bug);
}

// Sends what it can; false when the connection is not `reading` any more.
bool Worker::send(Connection& connection, const char* begin, const char* end) {
  if (begin == end) return true;
  ssize_t sent = ::send(connection.fd, begin, static_cast<std::size_t>(end - begin), MSG_NOSIGNAL);
  if (sent == end - begin) [[likely]]
    return true;
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) {
      close(connection);
      return false;
    }
    sent = 0;
  }
  connection.unsent.assign(begin + sent, end);
  connection.unsent_at = 0;
  connection.state = ConnectionState::writing;
  poller_.change(connection.fd, EPOLLOUT, &connection);
  wheel_.set(connection, now_.steady_ms + count(options_.write_deadline));
  return false;
}

void Worker::send_rest(Connection& connection) {
  const std::size_t left = connection.unsent.size() - connection.unsent_at;
  const ssize_t sent =
      ::send(connection.fd, connection.unsent.data() + connection.unsent_at, left, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) close(connection);
    return;
  }
  connection.unsent_at += static_cast<std::size_t>(sent);
  if (connection.unsent_at < connection.unsent.size()) return;
  std::string{}.swap(connection.unsent);
  connection.unsent_at = 0;
  connection.state = ConnectionState::reading;
  poller_.change(connection.fd, EPOLLIN, &connection);
  after_answers(connection);
  // Requests that were pipelined behind the slow answer.
  if (connection.fd >= 0 && connection.state == ConnectionState::reading) serve(connection);
}

void Worker::after_answers(Connection& connection) {
  connection.answered = true;
  if (!connection.close_after) {
    const bool partial = connection.begin < connection.end;
    wheel_.set(connection,
               now_.steady_ms + count(partial ? options_.header_deadline : options_.idle_deadline));
    return;
  }
  if (connection.linger || connection.begin < connection.end) return start_lingering(connection);
  close(connection);
}

// Closing with unread bytes would reset the connection and may take the answer with it.
void Worker::start_lingering(Connection& connection) {
  connection.state = ConnectionState::lingering;
  shutdown(connection.fd, SHUT_WR);
  wheel_.set(connection, now_.steady_ms + linger_ms);
}

void Worker::linger(Connection& connection) {
  const ssize_t got = recv(connection.fd, connection.in.data(), connection.in.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) connection.lingered += static_cast<std::size_t>(got);
  if (got <= 0 || connection.lingered > linger_bytes_max) close(connection);
}

void Worker::expired(Connection& connection) {
  switch (connection.state) {
    case ConnectionState::waiting:  // the lookup has its own deadline
      wheel_.set(connection, now_.steady_ms + count(options_.write_deadline));
      return;
    case ConnectionState::writing:
      counters_.add(Counter::deadline_write);
      break;
    case ConnectionState::lingering:
      break;
    case ConnectionState::reading:
      counters_.add(connection.begin < connection.end ? Counter::deadline_header
                                                      : Counter::deadline_idle);
      break;
  }
  close(connection);
}

// --- lookups ---

void Worker::wait_for_lookup(Connection& connection) {
  connection.state = ConnectionState::waiting;
  poller_.change(connection.fd, 0, &connection);
  const LookupKey& key = responder_.awaited();
  auto& waiting = waiters_[name_of(key)];
  waiting.push_back(&connection);
  if (waiting.size() == 1) responder_.ask_for_awaited();
}

void Worker::on_lookup(const LookupKey& key, const LookupResult& result) {
  renew_clocks();
  responder_.on_lookup(key, result);
  const auto at = waiters_.find(name_of(key));
  if (at == waiters_.end()) return;
  const std::vector<Connection*> waiting = std::move(at->second);
  waiters_.erase(at);
  for (Connection* connection : waiting) answer_waiting(*connection, result.status);
}

void Worker::answer_waiting(Connection& connection, LookupStatus status) try {
  connection.state = ConnectionState::reading;
  poller_.change(connection.fd, EPOLLIN, &connection);
  char* out = out_.get();
  responder_.resume(connection, status, out);
  if (!send(connection, out_.get(), out)) return;
  after_answers(connection);
  if (connection.fd >= 0 && connection.state == ConnectionState::reading) serve(connection);
} catch (const std::exception& bug) {
  give_up(connection, bug);
}

void Worker::give_up(Connection& connection, const std::exception& bug) {
  counters_.add(Counter::session_bugs);
  log_.error("session.bug", "A request was given up; please report this", {{"what", bug.what()}});
  if (connection.fd >= 0) close(connection);
}

// --- ending ---

void Worker::finish(std::function<void()> done) {
  while (listener_ >= 0 && accept()) {
  }
  if (listener_ >= 0) {
    poller_.remove(listener_);
    ::close(listener_);
    listener_ = -1;
    gauges_.listening = false;
  }
  finished_ = std::move(done);
  for (auto& connection : connections_) {
    if (connection->fd >= 0 && connection->state == ConnectionState::reading) {
      end_when_idle(*connection);
    }
  }
  if (finished_) finish_if_empty();
}

// What was answered before may go; who never asked gets a moment, since every answer closes now.
void Worker::end_when_idle(Connection& connection) {
  receive(connection);  // its last request may be there already
  if (connection.fd < 0 || connection.state != ConnectionState::reading) return;
  if (connection.begin == connection.end && connection.answered) return close(connection);
  wheel_.set(connection, now_.steady_ms + last_request_ms);
}

void Worker::finish_if_empty() {
  if (open_ > 0) return;
  boost::asio::post(io_, std::exchange(finished_, nullptr));
}

}  // namespace waymark::redirect
