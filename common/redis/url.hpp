// Redis URLs: redis://, rediss:// (TLS), unix://, with user, password, database and several hosts;
// redis+sentinel:// and rediss+sentinel:// name Sentinels and, as the path, the master they watch.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redis {

struct Address {
  std::string host;  // name or IP literal; empty for a Unix socket
  std::uint16_t port = 6379;
  std::string path;  // of the Unix socket
  friend bool operator==(const Address&, const Address&) = default;
};

// `127.0.0.1:6379`, `[::1]:6379`, `/run/redis.sock`.
std::string text_of(const Address& address);

struct TlsClient;

struct Url {
  // At least one. Of a Cluster any of its nodes; of single servers those that may be the master,
  // tried in turn; with `master` the Sentinels.
  std::vector<Address> addresses;
  std::string master;  // name that Sentinels know the master by; empty: they are not asked
  std::string user, password;
  int database = 0;
  bool tls = false;
  // How to trust and to be trusted; null: the system's certificates. Not part of the text.
  std::shared_ptr<TlsClient> tls_client;

  std::string masked() const;  // for logs: without the password
  friend bool operator==(const Url&, const Url&) = default;
};

// Files and names for TLS (rediss://).
struct TlsFiles {
  std::string ca;           // certificates (PEM) that servers' must lead to; empty: the system's
  std::string certificate;  // our own with its chain (PEM), for servers that ask for one
  std::string key;          // its private key (PEM)
  std::string server_name;  // name in the servers' certificates; empty: the host in the URL
};

// Throws StartupError (exit 78) naming the text (password masked) and the remedy. `setting` is the
// key shown in the message.
Url parse_url(std::string_view text, std::string_view setting);
// The same, with the files read when the URL asks for TLS; those of the settings redis.tls.*.
Url parse_url(std::string_view text, std::string_view setting, const TlsFiles& tls);

}  // namespace waymark::redis
