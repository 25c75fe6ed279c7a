// Where visitors may connect, as the settings tell it.
#pragma once

#include "common/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace waymark::redirect {

// One of `127.0.0.1:8080`, `[::1]:8080`, `:8080` (every address, IPv6 and IPv4), `unix:/path`, and
// `fd:NAME`: sockets that systemd opened under that name.
struct ListenSpec {
  enum class Kind : std::uint8_t { tcp, unix_path, activated };

  Kind kind = Kind::tcp;
  ListenAddress address;  // of Kind::tcp
  std::string name;       // path or name of the others
  bool proxy = false;     // each connection starts with a PROXY header
  bool tls = false;       // then with a TLS handshake

  std::string text() const;
};

// The lists of the settings `listen`, `proxies.listen` and `tls.listen`. What stands in both of the
// latter expects a PROXY header and then TLS. Throws StartupError naming setting and value.
std::vector<ListenSpec> listen_specs(const std::vector<std::string>& plain,
                                     const std::vector<std::string>& proxy,
                                     const std::vector<std::string>& tls);

}  // namespace waymark::redirect
