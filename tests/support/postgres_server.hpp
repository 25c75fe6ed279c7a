// A real PostgreSQL server of a test's own: a new cluster in a temporary folder, a Unix socket in it
// and no port. Run as root it runs as another user, as PostgreSQL demands. Ends with the object, and
// with the test program when that dies.
#pragma once

#include "tests/support/temporary_folder.hpp"

#include <sys/types.h>

#include <string>

namespace waymark::test {

class PostgresServer {
 public:
  // Throws std::runtime_error with the server's log when it does not start. To be made on a thread
  // that lives as long as the test (the kernel ties the server's life to that thread).
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string url() const;  // of database postgres, with a query: more parameters go on with '&'
  pid_t pid() const noexcept { return pid_; }
  void execute(const std::string& sql) const;

  void kill();     // SIGKILL to the postmaster, and waits until all of its processes have gone
  void restart();  // starts it again after kill(), with its data

 private:
  void start();
  void wait_until_ready();

  TemporaryFolder folder_;
  pid_t pid_ = 0;  // 0 when it does not run
};

// Throws std::runtime_error with the server's words.
void execute_sql(const std::string& url, const std::string& sql);

}  // namespace waymark::test
