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
  bool of_folder = false;  // one of many: where it cannot be used, the others are
};

// Immutable once loaded, and shared by all threads; what is loaded anew serves new connections.
// Ticket keys are drawn with each load: a session from before starts with a full handshake.
class TlsServer {
 public:
  // The first one is shown to who names no host or an unknown one; the names of the others stand in
  // them (subjectAltName, else the common name). Of several for a name the one that lasts longest
  // is shown, and in the place of a first one that is of a folder.
  //
  // A pair can be refused: unreadable, not PEM, key of another certificate, key that others may
  // read. One of a folder is left out then, or goes on with what `in_force` (may be null) has from
  // the same file. Throws StartupError (exit 78) naming the file when another one is refused, or
  // all are.
  explicit TlsServer(const std::vector<TlsFiles>& files, const TlsServer* in_force = nullptr);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  SSL_CTX* context() const noexcept { return certificates_[first_].context.get(); }
  std::size_t certificates() const noexcept { return certificates_.size(); }
  struct Refused {
    std::string reason;     // names the file
    bool in_force = false;  // an earlier one from that file is
  };
  const std::vector<Refused>& refused() const noexcept { return refused_; }
  // When the first of those that are shown ends, unix seconds, and which one that is.
  std::int64_t first_end() const noexcept { return first_end_; }
  const std::filesystem::path& first_to_end() const noexcept { return first_to_end_; }
  // For the name, exactly or by wildcard; null: none of them names it.
  SSL_CTX* find(std::string_view host) const;

 private:
  struct Certificate {
    std::filesystem::path file;
    SslContext context;
    std::int64_t end = 0;
  };

  SslContext load_or_keep(const TlsFiles& files, const TlsServer* in_force);
  void name(std::string_view host, std::size_t certificate);
  void note_first_end(const Certificate& certificate);

  std::vector<Certificate> certificates_;
  std::vector<Refused> refused_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::size_t first_ = 0;  // whom strangers are shown
  std::int64_t first_end_ = 0;
  std::filesystem::path first_to_end_;
};

// The pair of the settings tls.certificate and tls.key, if any, then those in the folder tls.dir by
// name: `NAME.crt` with `NAME.key`, and folders that hold fullchain.pem and privkey.pem, as certbot
// lays them out. Throws StartupError naming what is missing.
std::vector<TlsFiles> find_tls_files(const std::string& certificate, const std::string& key,
                                     const std::string& folder);

}  // namespace waymark::redirect
