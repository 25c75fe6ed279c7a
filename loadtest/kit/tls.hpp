// TLS of a client: one context for all connections, a session for each.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace waymark::loadtest {

struct SslDeleter {
  void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
  void operator()(SSL* session) const noexcept { ::SSL_free(session); }
};
using TlsSession = std::unique_ptr<SSL, SslDeleter>;

struct TlsOptions {
  std::string host;       // that the certificate must name, and SNI
  std::string ca_file;    // PEM; empty: the certificates the system trusts
  bool insecure = false;  // any certificate will do
};

// Any thread may make sessions. Each handshake is a full one, as a new visitor makes it.
class TlsClient {
 public:
  // Throws StartupError: an unreadable file (exit 78).
  explicit TlsClient(TlsOptions options);

  // For a socket that may still be connecting; the first write shakes hands.
  TlsSession session(int socket) const;

 private:
  TlsOptions options_;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
};

// Why the last step of a session failed: its certificate's trouble, or what OpenSSL says. Empty
// when neither says anything. Empties this thread's queue of errors.
std::string describe_tls_failure(SSL* session);

}  // namespace waymark::loadtest
