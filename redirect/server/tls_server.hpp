// What the edge shows on TLS listeners: a certificate for each host name, chosen by SNI, and the
// rules of every session (TLS 1.2 or newer, HTTP/1.1, tickets, no renegotiation).
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct SslContextFree {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

// A certificate with its chain, and its key; PEM.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// Immutable once loaded, and shared by all threads; what is loaded anew serves new connections.
// Ticket keys are drawn with each load: a session from before starts with a full handshake.
class TlsServer {
 public:
  // The first one is shown to who names no host or an unknown one; the names of the others stand in
  // them (subjectAltName, else the common name), the earlier one wins. Throws StartupError (exit
  // 78) naming the file: unreadable, not PEM, key of another certificate, key that others may read.
  explicit TlsServer(const std::vector<TlsFiles>& files);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  SSL_CTX* context() const noexcept { return contexts_.front().get(); }
  std::size_t certificates() const noexcept { return contexts_.size(); }
  // When the first of them ends, unix seconds, and which one that is.
  std::int64_t first_end() const noexcept { return first_end_; }
  const std::filesystem::path& first_to_end() const noexcept { return first_to_end_; }
  // For the name, exactly or by wildcard; null: none of them names it.
  SSL_CTX* find(std::string_view host) const;

 private:
  std::vector<SslContext> contexts_;
  std::map<std::string, SSL_CTX*, std::less<>> by_name_;
  std::int64_t first_end_ = 0;
  std::filesystem::path first_to_end_;
};

// The pair of the settings tls.certificate and tls.key, if any, then those in the folder tls.dir by
// name: `NAME.crt` with `NAME.key`, and folders that hold fullchain.pem and privkey.pem, as certbot
// lays them out. Throws StartupError naming what is missing.
std::vector<TlsFiles> find_tls_files(const std::string& certificate, const std::string& key,
                                     const std::string& folder);

}  // namespace waymark::redirect
