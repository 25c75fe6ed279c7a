// The byte stream of a connection: TCP or Unix socket, with TLS on top where the URL asks for it.
#pragma once

#include "common/redis/tls.hpp"

#include <boost/asio/consign.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>
#include <utility>

namespace waymark::redis {

class Stream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Tls = boost::asio::ssl::stream<Socket&>;

  explicit Stream(boost::asio::io_context& io) : socket_(io) {}

  Socket& socket() noexcept { return socket_; }

  // For a connection that begins now. `client` is null without TLS; `host` is the name that the
  // server's certificate must have, unless the client's settings give another.
  boost::system::error_code begin(TlsClient* client, const std::string& host) {
    tls_.reset();
    boost::system::error_code error;
    if (client == nullptr) return error;
    tls_ = std::make_shared<Tls>(socket_, client->context);
    const std::string& given = client->files.server_name;
    const std::string& name = given.empty() ? host : given;
    // An address is no server name (RFC 6066), and is looked for among the certificate's addresses.
    boost::system::error_code no_address;
    boost::asio::ip::make_address(name, no_address);
    // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
    if (no_address) {
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(name.c_str()));
    }
    tls_->set_verify_callback(boost::asio::ssl::host_name_verification{name}, error);
    return error;
  }
  bool is_tls() const noexcept { return tls_ != nullptr; }

  template <class Token>
  auto async_handshake(Token&& token) {
    return tls_->async_handshake(boost::asio::ssl::stream_base::client, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return tls_ ? tls_->async_read_some(buffers, std::forward<Token>(token))
                : socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  // Writes all of `buffers`.
  template <class Buffers, class Token>
  auto async_write(const Buffers& buffers, Token&& token) {
    if (!tls_) return boost::asio::async_write(socket_, buffers, std::forward<Token>(token));
    // Keeps its own TLS: after a loss the next connection may begin before this write has ended.
    return boost::asio::async_write(*tls_, buffers,
                                    boost::asio::consign(std::forward<Token>(token), tls_));
  }

 private:
  Socket socket_;
  std::shared_ptr<Tls> tls_;
};

}  // namespace waymark::redis
