#include "tests/support/postgres_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace waymark::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds{30};

using ConnectionPointer = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Debian keeps the server's programs out of PATH.
fs::path program(const char* name) {
  for (const char* version : {"15", "17", "16"}) {
    const auto path = fs::path{"/usr/lib/postgresql"} / version / "bin" / name;
    if (fs::exists(path)) return path;
  }
  throw std::runtime_error{fmt::format("no {} below /usr/lib/postgresql", name)};
}

// Whom the server runs as; null: as whoever runs the test.
const passwd* server_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error{"no user postgres"};
  return user;
}

pid_t spawn(const fs::path& folder, std::vector<std::string> words) {
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  const std::string log = (folder / "log").string();
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const passwd* const user = server_user();
  const std::string home = folder.string();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error{"fork failed"};
  if (pid == 0) {
    // Only calls that are safe between fork() and exec().
    if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                            ::setuid(user->pw_uid) != 0 || ::chdir(home.c_str()) != 0)) {
      ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it; an immediate shutdown
    if (::getppid() != parent) ::_exit(1);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(raw.front(), raw.data());
    ::_exit(127);
  }
  ::close(output);
  return pid;
}

std::string log_of(const fs::path& folder) {
  std::ifstream file{folder / "log"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

PostgresServer::PostgresServer() {
  if (const passwd* user = server_user()) {
    if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error{"chown failed"};
    }
  }
  const pid_t initdb = spawn(folder_.path(), {program("initdb").string(), "-D",
                                              (folder_.path() / "data").string(), "-U", "waymark",
                                              "-A", "trust", "-E", "UTF8", "--locale=C", "-N"});
  int status = 0;
  ::waitpid(initdb, &status, 0);
  if (status != 0) throw std::runtime_error{"initdb failed: " + log_of(folder_.path())};
  start();
}

PostgresServer::~PostgresServer() {
  kill();
}

std::string PostgresServer::url() const {
  return fmt::format("postgresql://waymark@/postgres?host={}", folder_.path().string());
}

void PostgresServer::execute(const std::string& sql) const {
  execute_sql(url(), sql);
}

void PostgresServer::start() {
  const std::string folder = folder_.path().string();
  // Tests kill the server, not the machine: what it has written to the kernel is enough.
  pid_ = spawn(folder_.path(),
               {program("postgres").string(), "-D", folder + "/data", "-k", folder, "-h", "", "-F",
                "-c", "max_connections=50", "-c", "log_min_messages=warning"});
  wait_until_ready();
}

void PostgresServer::wait_until_ready() {
  for (const auto end = steady_clock::now() + patience; steady_clock::now() < end;) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      break;
    }
    if (PQping(url().c_str()) == PQPING_OK) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  const std::string log = log_of(folder_.path());
  kill();
  throw std::runtime_error{"postgres does not start: " + log};
}

void PostgresServer::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, 0), nullptr, 0);
}

void PostgresServer::restart() {
  kill();
  // Its processes end by themselves once they see that the first one is gone; until then the
  // cluster counts as in use.
  const auto end = steady_clock::now() + patience;
  while (steady_clock::now() < end) {
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
  }
  start();
}

void execute_sql(const std::string& url, const std::string& sql) {
  const ConnectionPointer connection{PQconnectdb(url.c_str()), &PQfinish};
  const ResultPointer result{PQexec(connection.get(), sql.c_str()), &PQclear};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error{PQerrorMessage(connection.get())};
  }
}

}  // namespace waymark::test
