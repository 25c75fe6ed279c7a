// TLS over the non-blocking socket of one connection: receive() and send() in the place of recv()
// and send(). It keeps no buffers while nothing is under way.
#pragma once

#include "redirect/server/tls_server.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace waymark::redirect {

class TlsStream {
 public:
  enum class Handshake : std::uint8_t { done, pending, failed };

  // Does not own `fd`. Throws std::bad_alloc.
  TlsStream(std::shared_ptr<const TlsServer> server, int fd);

  // As far as it goes now.
  Handshake handshake() noexcept;
  // Not a byte has come: a balancer's check that opens and closes, not a handshake that failed.
  bool silent() const noexcept { return BIO_number_read(SSL_get_rbio(session_.get())) == 0; }
  // The session came from a ticket.
  bool resumed() const noexcept { return SSL_session_reused(session_.get()) == 1; }

  // Like recv() and send(): the bytes, 0 when the peer has ended, -1 with errno EAGAIN when
  // wanted() has to come first, -1 with another errno when the connection is of no more use.
  ssize_t receive(char* out, std::size_t size) noexcept;
  ssize_t send(const char* bytes, std::size_t size) noexcept;
  // Bytes that receive() would give, though the socket may never become readable again.
  bool has_more() const noexcept { return SSL_pending(session_.get()) > 0; }
  // EPOLLIN or EPOLLOUT: what the operation that said EAGAIN waits for.
  unsigned wanted() const noexcept;

  // Tells the peer that nothing more comes (close_notify); without effect on a broken session.
  void end() noexcept;

 private:
  struct Free {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
  };
  ssize_t failure(int result) noexcept;

  std::shared_ptr<const TlsServer> server_;  // the handshake looks names up in it
  std::unique_ptr<SSL, Free> session_;
  bool broken_ = false;
};

}  // namespace waymark::redirect
