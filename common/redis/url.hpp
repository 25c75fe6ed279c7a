// Redis URLs: redis://, rediss:// (TLS), unix://, with user, password, database and several hosts.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
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

struct Url {
  std::vector<Address> addresses;  // at least one
  std::string user, password;
  int database = 0;
  bool tls = false;

  std::string masked() const;  // for logs: without the password
  friend bool operator==(const Url&, const Url&) = default;
};

// Throws StartupError (exit 78) naming the text (password masked) and the remedy. `setting` is the
// key shown in the message.
Url parse_url(std::string_view text, std::string_view setting);

}  // namespace waymark::redis
