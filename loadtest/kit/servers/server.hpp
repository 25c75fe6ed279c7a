// A server under load on this machine: whose CPU and memory are read, and whom chaos may stop or
// kill. Named by its process, or by the port it listens on: then it is found again after a restart.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::loadtest {

struct Server {
  std::string name;        // "edge"
  ::pid_t pid = 0;         // with `port`: who listened there when last seen; 0: not yet seen
  std::uint16_t port = 0;  // 0: the process `pid`
  ::pid_t parent = 0;      // or: the child of this process that runs `program`
  std::string program{};

  // Nothing while there is none.
  std::optional<::pid_t> find() const;
};

// Reads `edge=4711` and `edge=:8080`. Throws StartupError that says what is wrong.
Server parse_server(std::string_view text);

}  // namespace waymark::loadtest
