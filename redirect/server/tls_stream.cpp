#include "redirect/server/tls_stream.hpp"

#include <openssl/err.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace waymark::redirect {
namespace {

int clamped(std::size_t size) noexcept {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

TlsStream::TlsStream(std::shared_ptr<const TlsServer> server, int fd)
    : server_(std::move(server)), session_(SSL_new(server_->context())) {
  if (!session_ || SSL_set_fd(session_.get(), fd) != 1) throw std::bad_alloc{};
  SSL_set_accept_state(session_.get());
}

TlsStream::Handshake TlsStream::handshake() noexcept {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  if (result == 1) return Handshake::done;
  return failure(result) < 0 && errno == EAGAIN ? Handshake::pending : Handshake::failed;
}

ssize_t TlsStream::receive(char* out, std::size_t size) noexcept {
  ERR_clear_error();
  const int got = SSL_read(session_.get(), out, clamped(size));
  return got > 0 ? got : failure(got);
}

// One record at a time, as long as the socket takes them.
ssize_t TlsStream::send(const char* bytes, std::size_t size) noexcept {
  std::size_t sent = 0;
  while (sent < size) {
    ERR_clear_error();
    const int taken = SSL_write(session_.get(), bytes + sent, clamped(size - sent));
    if (taken <= 0) {
      if (failure(taken) == 0) errno = EPIPE;
      if (errno == EAGAIN && sent > 0) break;
      return -1;
    }
    sent += static_cast<std::size_t>(taken);
  }
  return static_cast<ssize_t>(sent);
}

unsigned TlsStream::wanted() const noexcept {
  return SSL_want_write(session_.get()) ? EPOLLOUT : EPOLLIN;
}

void TlsStream::end() noexcept {
  if (broken_ || !SSL_is_init_finished(session_.get())) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());  // the peer's own close_notify is not waited for
  broken_ = true;
}

ssize_t TlsStream::failure(int result) noexcept {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      broken_ = true;
      errno = EPROTO;
      return -1;
  }
}

}  // namespace waymark::redirect
