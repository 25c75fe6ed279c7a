// A real redis-server of a test's own: 127.0.0.1, a free port, a Unix socket, a temporary folder,
// no persistence unless asked for. Ends with the object, and with the test program when that dies.
#pragma once

#include "common/redis/reply.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::test {

class RedisServer {
 public:
  // Starts it and waits until it answers. `arguments` as on its command line: {"--maxmemory",
  // "2mb"}. Throws std::runtime_error with the server's log when it does not start. To be made on a
  // thread that lives as long as the test (the kernel ties the server's life to that thread).
  explicit RedisServer(std::vector<std::string> arguments = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::string url() const;       // redis://127.0.0.1:<port>
  std::string unix_url() const;  // unix://<socket>
  pid_t pid() const noexcept { return pid_; }

  void kill();             // SIGKILL, and waits for the end
  void stop_signal();      // SIGSTOP: alive and silent
  void continue_signal();  // SIGCONT
  // Kills it when it runs, and starts it again with the same port, folder and arguments. Its data
  // are gone unless the arguments make it keep them.
  void restart();

  // Sends one command on a connection of its own and waits for the reply. Throws
  // std::runtime_error when there is none; error replies are returned.
  redis::Reply call(const std::vector<std::string>& command) const;

 private:
  bool start();
  bool wait_until_ready();
  std::string log() const;

  TemporaryFolder folder_;
  std::vector<std::string> arguments_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;  // 0 when it does not run
};

// A port of 127.0.0.1 that nobody listens on at the moment.
std::uint16_t free_port();

}  // namespace waymark::test
