// The part of Worker that lets connections in: accepting them, and what comes before their first
// request (PROXY header, TLS handshake, the limit of their address).
#include "redirect/server/proxy_header.hpp"
#include "redirect/server/worker.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>

namespace waymark::redirect {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t accepts_per_turn_max = 64;
constexpr auto accept_pause = 50ms;
// When all connections are taken, one that has said nothing for so long gives way. Visitors send
// their header within a round trip; what is idle between requests a server may close at any time.
constexpr std::uint64_t patience_ms = 1'000;
constexpr std::size_t looks_max = 64;

}  // namespace

bool Worker::is_listener(const void* tag) const noexcept {
  const void* const begin = listeners_.data();
  const void* const end = listeners_.data() + listeners_.size();
  return !std::less<>{}(tag, begin) && std::less<>{}(tag, end);
}

bool Worker::accept(const Listener& listener) {
  for (std::size_t i = 0; i < accepts_per_turn_max; ++i) {
    IpAddress peer;
    const int fd = accept_connection(listener, peer);
    if (fd >= 0) {
      admit(listener, fd, peer);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
    pause_accepting();
    return false;
  }
  return true;
}

// Out of descriptors or memory: the connection stays queued and would wake us again at once.
void Worker::pause_accepting() {
  counters_.add(Counter::accept_errors);
  log_.warning("accept.failed", "Connections wait: raise the limit of open files",
               {{"errno", errno}});
  for (const Listener& listener : listeners_) poller_.remove(listener.fd);
  accept_timer_.expires_after(accept_pause);
  accept_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    for (Listener& listener : listeners_) poller_.add(listener.fd, EPOLLIN, &listener);
  });
}

// Who wakes first on a shared socket is often the same thread, and would serve most visitors: it
// gives what it accepts to the one with the fewest. Sockets of its own the kernel has spread.
void Worker::admit(const Listener& listener, int fd, const IpAddress& peer) {
  ConnectionLimit& limit = *options_.connection_limit;
  const unsigned taker =
      listener.shared ? limit.thread_with_fewest(options_.thread) : options_.thread;
  if (!limit.enter(taker) && !(make_room() && limit.enter(taker))) {
    counters_.add(Counter::connections_refused);
    ::close(fd);
    return;
  }
  if (taker == options_.thread) return take(listener, fd, peer);
  options_.hand_over(taker, listener, fd, peer);
}

void Worker::take(const Listener& listener, int fd, const IpAddress& peer) {
  Connection* const connection = new_connection();
  if (connection == nullptr) {
    options_.connection_limit->leave(options_.thread);
    counters_.add(Counter::connections_refused);
    ::close(fd);
    return;
  }
  counters_.add(Counter::accepted);
  connection->fd = fd;
  connection->accepted_ms = now_.steady_ms;
  connection->near_peer = peer;
  connection->wants_tls = listener.tls;
  set_deadline(*connection, options_.header_deadline);
  guard(*connection, [&] { welcome(*connection, listener, peer); });
}

void Worker::welcome(Connection& connection, const Listener& listener, const IpAddress& peer) {
  if (!poller_.add(connection.fd, EPOLLIN, &connection)) return close(connection);
  if (!listener.proxy) {
    if (settle(connection, peer) && listener.tls) start_session(connection);
    return;
  }
  // Where nobody is named, whoever reaches this listener is believed.
  const TrustedProxies& trusted = *options_.responder.proxies;
  if (!trusted.empty() && !trusted.contains(peer)) {
    counters_.add(Counter::proxy_headers_refused);
    return close(connection);
  }
  connection.state = ConnectionState::greeting;
}

// Closes one of the silent ones, found by a hand that goes round: who comes and says nothing, or
// half a header, must not keep visitors out for as long as the deadlines allow.
bool Worker::make_room() {
  send_gathered();  // whose answers wait is not silent
  for (std::size_t look = 0; look < looks_max && look < connections_.size(); ++look) {
    Connection& connection = *connections_[room_hand_++ % connections_.size()];
    if (connection.fd < 0 || silent_ms(connection) < patience_ms) continue;
    counters_.add(Counter::connections_given_up);
    close(connection);
    return true;
  }
  return false;
}

// For how long nothing has come that would have moved its deadline; 0 when it is our turn.
std::uint64_t Worker::silent_ms(const Connection& connection) const noexcept {
  if (connection.state > ConnectionState::reading) return 0;
  const auto allowed = connection.is_idle() ? options_.idle_deadline : options_.header_deadline;
  const std::uint64_t since = connection.deadline_ms - static_cast<std::uint64_t>(allowed.count());
  return now_.steady_ms > since ? now_.steady_ms - since : 0;
}

// Takes note of who is there; closes, and says false, when that address has too many connections.
bool Worker::settle(Connection& connection, const IpAddress& peer) {
  connection.near_peer = peer;
  connection.peer = peer_of(peer);
  connection.behind_proxy = options_.responder.proxies->contains(peer);
  if (!peer || connection.behind_proxy) return true;
  connection.counted = options_.address_limit->enter(peer);
  if (connection.counted) return true;
  counters_.add(Counter::connections_refused_address);
  close(connection);
  return false;
}

// Reads the PROXY header and not a byte of what follows, which may be a handshake.
void Worker::greet(Connection& connection) {
  char* const room = connection.in.data() + connection.end;
  const ssize_t seen = recv(connection.fd, room, connection.in.size() - connection.end, MSG_PEEK);
  if (seen < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (seen <= 0) return close(connection);
  const auto before = static_cast<ssize_t>(connection.end);
  const ProxyHeader header =
      parse_proxy_header({connection.in.data(), connection.end + static_cast<std::size_t>(seen)});
  if (header.state == ProxyHeader::State::broken) {
    counters_.add(Counter::proxy_headers_refused);
    return close(connection);
  }
  const bool complete = header.state == ProxyHeader::State::complete;
  const ssize_t taken = complete ? static_cast<ssize_t>(header.bytes) - before : seen;
  if (recv(connection.fd, room, static_cast<std::size_t>(taken), 0) != taken) {
    return close(connection);
  }
  connection.end += static_cast<std::size_t>(taken);
  if (!complete) return;
  connection.end = 0;
  connection.state = ConnectionState::reading;
  set_deadline(connection, options_.header_deadline);
  if (!header.source) {
    // The balancer's own check, or of a visitor it cannot name: what that one writes is not its
    // word.
    connection.peer = peer_of(connection.near_peer);
  } else if (!settle(connection, header.source)) {
    return;
  }
  if (connection.wants_tls) return start_session(connection);
  receive(connection);
}

void Worker::start_session(Connection& connection) {
  connection.tls = std::make_unique<TlsStream>(options_.tls, connection.fd);
  ++open_tls_;
  connection.state = ConnectionState::handshaking;
}

void Worker::shake_hands(Connection& connection) {
  switch (connection.tls->handshake()) {
    case TlsStream::Handshake::pending:
      return poll_for(connection, connection.tls->wanted());
    case TlsStream::Handshake::failed:
      if (connection.tls->silent()) return close(connection);
      // Unread bytes would reset the connection, and the alert with it.
      counters_.add(Counter::tls_handshakes_failed);
      return start_lingering(connection);
    case TlsStream::Handshake::done:
      break;
  }
  counters_.add(connection.tls->resumed() ? Counter::tls_handshakes_resumed
                                          : Counter::tls_handshakes);
  connection.state = ConnectionState::reading;
  set_deadline(connection, options_.header_deadline);
  poll_for(connection, EPOLLIN);
  receive(connection);
}

}  // namespace waymark::redirect
