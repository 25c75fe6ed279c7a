#include "loadtest/kit/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waymark::loadtest {

bool Stream::open(const Endpoint& server, const TlsClient* tls) {
  close();
  connected_ = false;
  tls_failure_.clear();
  socket_ = ::socket(server.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    error_ = errno;
    return false;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const address = reinterpret_cast<const sockaddr*>(&server.address);
  if (::connect(socket_, address, server.size) != 0 && errno != EINPROGRESS) {
    error_ = errno;
    close();
    return false;
  }
  if (tls != nullptr) session_ = tls->session(socket_);
  return true;
}

void Stream::close() noexcept {
  session_.reset();
  if (socket_ < 0) return;
  const linger reset{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(socket_);
  socket_ = -1;
}

Stream::Moved Stream::write(std::string_view bytes) {
  if (session_) {
    return after_tls(::SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())));
  }
  const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) {
    connected_ = true;
    return {Io::done, static_cast<std::size_t>(sent)};
  }
  error_ = errno;
  // A socket that is still connecting says ENOTCONN or EAGAIN, depending on the kernel.
  const bool later = error_ == EAGAIN || error_ == ENOTCONN;
  return {later ? Io::wait_write : Io::failed};
}

Stream::Moved Stream::read(std::span<char> into) {
  if (session_) {
    return after_tls(::SSL_read(session_.get(), into.data(), static_cast<int>(into.size())));
  }
  const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
  if (got > 0) return {Io::done, static_cast<std::size_t>(got)};
  if (got == 0) return {Io::closed};
  error_ = errno;
  return {error_ == EAGAIN ? Io::wait_read : Io::failed};
}

Stream::Moved Stream::after_tls(int result) {
  if (result > 0) {
    connected_ = true;
    return {Io::done, static_cast<std::size_t>(result)};
  }
  error_ = errno;
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Io::wait_read};
    case SSL_ERROR_WANT_WRITE:
      return {Io::wait_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Io::closed};
    default:
      tls_failure_ = describe_tls_failure(session_.get());
      return {Io::failed};
  }
}

std::string Stream::failure() const {
  return tls_failure_.empty() ? std::strerror(error_) : tls_failure_;
}

}  // namespace waymark::loadtest
