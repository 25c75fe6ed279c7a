// State of one client connection. Plain data: the Worker does its I/O, the Responder reads its
// requests.
//
//   (greeting ──PROXY header──▶) (handshaking ──TLS──▶) reading
//
//   reading ──header complete──▶ (answer) ──all sent──▶ reading
//      │                            ├─ not all sent ──▶ writing ──▶ reading or lingering
//      │                            └─ lookup needed ─▶ waiting ──▶ (answer)
//      └──error──▶ (answer) ──▶ lingering ──▶ closed
#pragma once

#include "common/limits.hpp"
#include "redirect/decide/click_record.hpp"
#include "redirect/links/lookup.hpp"
#include "redirect/pages/asked_path.hpp"
#include "redirect/server/ip_address.hpp"
#include "redirect/server/request.hpp"
#include "redirect/server/request_parser.hpp"
#include "redirect/server/target.hpp"
#include "redirect/server/timer_wheel.hpp"
#include "redirect/server/tls_stream.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waymark::redirect {

// In the order of a connection's life up to its first answer.
enum class ConnectionState : std::uint8_t {
  greeting,
  handshaking,
  reading,
  waiting,
  writing,
  lingering,
};

struct Connection : WheelEntry {
  int fd = -1;
  ConnectionState state = ConnectionState::reading;
  bool close_after = false;  // the answer being sent is the last one
  bool answered = false;     // at least one request was
  bool linger = false;       // unread content may come: close only after the peer has
  std::uint64_t accepted_ms = 0;
  unsigned polled = 0;             // the events that the poller looks for
  std::unique_ptr<TlsStream> tls;  // null: plain
  bool wants_tls = false;          // once the PROXY header is there

  IpAddress near_peer;        // of the socket, or what its PROXY header says; none on Unix sockets
  bool behind_proxy = false;  // that one is trusted: its requests tell whose they are
  bool counted = false;       // against the limit of its address
  Peer peer;                  // the visitor, of the request under way

  // Bytes received and not yet answered: in_[begin, end).
  std::size_t begin = 0;
  std::size_t end = 0;
  bool header_begun = false;  // part of a request is there, and its deadline runs
  std::array<char, limits::header_bytes_max> in;

  // The request being answered, while a lookup is awaited.
  Request request;
  HostBuffer host;
  Asks asks = Asks::follow;
  std::size_t request_bytes = 0;
  Asking asking = Asking::unheard;  // why, while a lookup is awaited
  std::string awaited;              // of which "host/code", then

  // Content of the answer just written that is too long to be gathered: it goes out behind it.
  std::shared_ptr<const std::string> content;

  std::string unsent;  // what the kernel did not take
  std::size_t unsent_at = 0;
  std::size_t lingered = 0;  // bytes thrown away while lingering

  std::string_view received() const noexcept { return {in.data() + begin, end - begin}; }
  // Nothing of a next request has come. Who has never asked owes us the first one.
  bool is_idle() const noexcept { return answered && begin == end; }
};

}  // namespace waymark::redirect
