// A client's TCP connection that never blocks, with or without TLS.
#pragma once

#include "loadtest/kit/address.hpp"
#include "loadtest/kit/tls.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace waymark::loadtest {

class Stream {
 public:
  enum class Io {
    done,        // some bytes were moved
    wait_read,   // nothing can be moved before the socket can be read
    wait_write,  // or written
    closed,      // the server ended the stream
    failed,
  };
  struct Moved {
    Io io;
    std::size_t bytes = 0;
  };

  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { close(); }

  // Begins to connect; writing waits until it is done. `tls` may be null. False: see failure().
  bool open(const Endpoint& server, const TlsClient* tls);
  // At once, and without leaving the port in TIME_WAIT: a load test would use up all of them.
  void close() noexcept;

  Moved write(std::string_view bytes);
  Moved read(std::span<char> into);

  bool is_open() const noexcept { return socket_ >= 0; }
  // Whether anything could ever be written, TLS handshake included.
  bool was_connected() const noexcept { return connected_; }
  int socket() const noexcept { return socket_; }
  // Why the last step failed, for people.
  std::string failure() const;

 private:
  Moved after_tls(int result);

  int socket_ = -1;
  TlsSession session_;
  bool connected_ = false;
  int error_ = 0;
  std::string tls_failure_;
};

}  // namespace waymark::loadtest
