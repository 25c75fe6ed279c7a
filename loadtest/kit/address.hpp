// Where the load goes: a URL, and the socket address behind it.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::loadtest {

struct Target {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string authority;  // as the field Host has it
  std::string path;       // with the query; "/" at least
};

// Reads `http://host[:port][/path]`, or https. Throws StartupError (exit 2).
Target parse_target(std::string_view url);

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
  int family() const noexcept { return address.ss_family; }
  std::string text() const;  // "127.0.0.1:8080", "[::1]:8080"
};

// The first address of the name that accepts a connection within three seconds: what is wrong with
// the target is told before the run. Throws StartupError (exit 69).
Endpoint find_server(const Target& target);

}  // namespace waymark::loadtest
