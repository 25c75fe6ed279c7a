#include "loadtest/kit/tls.hpp"

#include "common/error.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>

namespace waymark::loadtest {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return ::inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

}  // namespace

TlsClient::TlsClient(TlsOptions options)
    : options_(std::move(options)), context_(::SSL_CTX_new(::TLS_client_method())) {
  if (!context_) throw std::runtime_error("OpenSSL cannot make a TLS context");
  ::SSL_CTX_set_mode(context_.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A server that ends without close_notify has ended all the same.
  ::SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  if (options_.insecure) return;
  ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  const bool loaded =
      options_.ca_file.empty()
          ? ::SSL_CTX_set_default_verify_paths(context_.get()) == 1
          : ::SSL_CTX_load_verify_locations(context_.get(), options_.ca_file.c_str(), nullptr) == 1;
  if (!loaded) {
    throw StartupError(
        exit_code::config,
        fmt::format("--ca: cannot read certificates from {}; it must be PEM", options_.ca_file));
  }
}

TlsSession TlsClient::session(int socket) const {
  TlsSession made{::SSL_new(context_.get())};
  if (!made) throw std::runtime_error("OpenSSL cannot make a TLS session");
  ::SSL_set_fd(made.get(), socket);
  if (is_address(options_.host)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(made.get()), options_.host.c_str());
  } else {
    ::SSL_set1_host(made.get(), options_.host.c_str());
    // The macro of OpenSSL casts in the old style.
    ::SSL_ctrl(made.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(options_.host.c_str()));
  }
  ::SSL_set_connect_state(made.get());
  return made;
}

std::string describe_tls_failure(SSL* session) {
  const unsigned long code = ::ERR_get_error();
  ::ERR_clear_error();
  const long verified = ::SSL_get_verify_result(session);
  if (verified != X509_V_OK && ::SSL_get_verify_mode(session) != SSL_VERIFY_NONE) {
    return fmt::format("certificate refused: {}", ::X509_verify_cert_error_string(verified));
  }
  const char* const reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason == nullptr ? std::string{} : fmt::format("TLS: {}", reason);
}

}  // namespace waymark::loadtest
