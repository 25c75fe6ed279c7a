// The part of Worker that serves one connection: its bytes in and out, its lookups, its deadlines.
#include "redirect/server/worker.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr auto linger_deadline = 2s;
constexpr std::size_t linger_bytes_max = 256 * 1024;
constexpr std::ptrdiff_t room_for_answer = limits::answer_bytes_max;

// The system calls themselves: recv() and send() of the library are points at which a thread can be
// cancelled, and pay for that each time. None of ours ever is.
ssize_t receive_from(int fd, char* room, std::size_t size) noexcept {
  return syscall(SYS_recvfrom, fd, room, size, 0, nullptr, nullptr);
}

ssize_t send_to(int fd, const char* bytes, std::size_t size) noexcept {
  return syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, nullptr, 0);
}

}  // namespace

void Worker::on_event(Connection& connection, unsigned events) {
  if (connection.fd < 0) return;  // closed earlier in this turn
  switch (connection.state) {
    case ConnectionState::reading:
      return receive(connection);
    case ConnectionState::greeting:
      return greet(connection);
    case ConnectionState::handshaking:
      return shake_hands(connection);
    case ConnectionState::writing:
      return send_rest(connection);
    case ConnectionState::lingering:
      return linger(connection);
    case ConnectionState::waiting:
      if ((events & (EPOLLHUP | EPOLLERR)) != 0) close(connection);
      return;
  }
}

ssize_t Worker::receive_some(Connection& connection) noexcept {
  char* const room = connection.in.data() + connection.end;
  const std::size_t size = connection.in.size() - connection.end;
  if (connection.tls) [[unlikely]]
    return connection.tls->receive(room, size);
  return receive_from(connection.fd, room, size);
}

ssize_t Worker::send_some(Connection& connection, const char* bytes, std::size_t size) noexcept {
  if (connection.tls) [[unlikely]]
    return connection.tls->send(bytes, size);
  return send_to(connection.fd, bytes, size);
}

void Worker::poll_for(Connection& connection, unsigned events) noexcept {
  if (connection.polled == events) return;
  connection.polled = events;
  poller_.change(connection.fd, events, &connection);
}

// What a session has decrypted already no poller will announce.
void Worker::go_on(Connection& connection) {
  if (!connection.tls) return;
  send_gathered();
  if (connection.fd < 0 || connection.state != ConnectionState::reading) return;
  poll_for(connection, EPOLLIN);
  if (connection.tls->has_more()) receive(connection);
}

void Worker::receive(Connection& connection) {
  if (connection.end == connection.in.size() && connection.begin > 0) {
    std::copy(connection.in.begin() + static_cast<std::ptrdiff_t>(connection.begin),
              connection.in.begin() + static_cast<std::ptrdiff_t>(connection.end),
              connection.in.begin());
    connection.end -= connection.begin;
    connection.begin = 0;
  }
  const ssize_t got = receive_some(connection);
  if (got > 0) {
    connection.end += static_cast<std::size_t>(got);
    serve(connection);
    if (connection.tls) [[unlikely]]
      go_on(connection);
    return;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    if (connection.tls) poll_for(connection, connection.tls->wanted());
    return;
  }
  close(connection);
}

void Worker::serve(Connection& connection) {
  char* begin = gathered_end_;
  char* out = begin;
  bool answered = false;
  while (!connection.close_after && connection.begin < connection.end) {
    const Step step = responder_.respond(connection, out);
    if (step == Step::starved) {
      // The header's deadline counts from its first byte, whatever trickles in later.
      if (!std::exchange(connection.header_begun, true)) {
        set_deadline(connection, options_.header_deadline);
      }
      break;
    }
    if (step == Step::waiting) {
      if (!send(connection, begin, out)) return;
      return wait_for_lookup(connection);
    }
    answered = true;
    if (connection.content) [[unlikely]] {
      if (!send_with_content(connection, begin, out)) return;
      out = begin;
    }
    if (out_.get() + out_bytes - out < room_for_answer) {
      if (!send(connection, begin, out)) return;
      send_gathered();
      begin = out = gathered_end_;
    }
  }
  if (answered) gather(connection, begin, out);
}

// Answers of one turn go out together, so that their MACs can be computed side by side. That holds
// up none of them for longer than it takes to write the others.
void Worker::gather(Connection& connection, char* begin, char* end) {
  gathered_[gathered_count_++] = {&connection, begin, end};
  gathered_end_ = end;
  if (gathered_count_ == gathered_.size() || out_.get() + out_bytes - end < room_for_answer) {
    send_gathered();
  }
}

void Worker::send_gathered() {
  const std::size_t count = std::exchange(gathered_count_, 0);
  for (const Gathered& each : std::span{gathered_}.first(count)) {
    guard(*each.connection, [&] {
      if (send(*each.connection, each.begin, each.end)) after_answers(*each.connection);
    });
  }
  gathered_end_ = out_.get();
}

// Sends what it can; false when the connection is not `reading` any more.
bool Worker::send(Connection& connection, const char* begin, const char* end) {
  if (begin == end) return true;
  responder_.sign();
  ssize_t sent = send_some(connection, begin, static_cast<std::size_t>(end - begin));
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
  poll_for(connection, EPOLLOUT);
  set_deadline(connection, options_.write_deadline);
  return false;
}

// The same for answers whose last one has content of its own.
bool Worker::send_with_content(Connection& connection, const char* begin, const char* end) {
  responder_.sign();
  std::string answers{begin, end};
  answers += *std::exchange(connection.content, nullptr);
  return send(connection, answers.data(), answers.data() + answers.size());
}

void Worker::send_rest(Connection& connection) {
  const std::size_t left = connection.unsent.size() - connection.unsent_at;
  const ssize_t sent = send_some(connection, connection.unsent.data() + connection.unsent_at, left);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) close(connection);
    return;
  }
  connection.unsent_at += static_cast<std::size_t>(sent);
  if (connection.unsent_at < connection.unsent.size()) return;
  std::string{}.swap(connection.unsent);
  connection.unsent_at = 0;
  connection.state = ConnectionState::reading;
  poll_for(connection, EPOLLIN);
  after_answers(connection);
  // Requests that were pipelined behind the slow answer.
  if (connection.fd >= 0 && connection.state == ConnectionState::reading) serve(connection);
  go_on(connection);
}

void Worker::after_answers(Connection& connection) {
  connection.answered = true;
  if (!connection.close_after) {
    set_deadline(connection,
                 connection.is_idle() ? options_.idle_deadline : options_.header_deadline);
    return;
  }
  if (connection.linger || connection.begin < connection.end) return start_lingering(connection);
  close(connection);
}

// Closing with unread bytes would reset the connection and may take the answer with it.
void Worker::start_lingering(Connection& connection) {
  if (connection.tls) connection.tls->end();
  connection.state = ConnectionState::lingering;
  poll_for(connection, EPOLLIN);
  shutdown(connection.fd, SHUT_WR);
  set_deadline(connection, linger_deadline);
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
      set_deadline(connection, options_.write_deadline);
      return;
    case ConnectionState::writing:
      counters_.add(Counter::deadline_write);
      break;
    case ConnectionState::lingering:
      break;
    case ConnectionState::greeting:
      counters_.add(Counter::deadline_proxy_header);
      break;
    case ConnectionState::handshaking:
      counters_.add(Counter::deadline_handshake);
      break;
    case ConnectionState::reading:
      counters_.add(connection.is_idle() ? Counter::deadline_idle : Counter::deadline_header);
      break;
  }
  close(connection);
}

// --- lookups ---

void Worker::wait_for_lookup(Connection& connection) {
  connection.state = ConnectionState::waiting;
  poll_for(connection, 0);
  const LookupKey& key = responder_.awaited();
  connection.awaited = key.name();
  auto& waiting = waiters_[connection.awaited];
  waiting.push_back(&connection);
  if (waiting.size() == 1) responder_.ask_for_awaited();
}

void Worker::on_lookup(const LookupKey& key, const LookupResult& result) {
  renew_clocks();
  responder_.on_lookup(key, result);
  const auto at = waiters_.find(key.name());
  if (at == waiters_.end()) return;
  const std::vector<Connection*> waiting = std::move(at->second);
  waiters_.erase(at);
  for (Connection* connection : waiting) {
    guard(*connection, [&] { answer_waiting(*connection, result.status); });
  }
}

void Worker::answer_waiting(Connection& connection, LookupStatus status) {
  connection.state = ConnectionState::reading;
  poll_for(connection, EPOLLIN);
  char* out = out_.get();
  responder_.resume(connection, status, out);
  const bool sent = connection.content ? send_with_content(connection, out_.get(), out)
                                       : send(connection, out_.get(), out);
  if (!sent) return;
  after_answers(connection);
  if (connection.fd >= 0 && connection.state == ConnectionState::reading) serve(connection);
  send_gathered();
  go_on(connection);
}

void Worker::give_up(Connection& connection, const std::exception& bug) {
  responder_.sign();  // also what will not be sent: its memory is used again
  counters_.add(Counter::session_bugs);
  if (connection.fd >= 0) close(connection);
  log_.error("session.bug", "A connection was given up; please report this",
             {{"what", bug.what()}});
}

}  // namespace waymark::redirect
