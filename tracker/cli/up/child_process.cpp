#include "tracker/cli/up/child_process.hpp"

#include "common/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Between fork and exec: only calls that are safe after fork.
[[noreturn]] void become(const ProgramLine& line, char* const* arguments, ::pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) {
    ::_exit(1);  // the parent died before the line above
  }
  ::sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log = ::open(line.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (input < 0 || log < 0) {
    ::_exit(1);
  }
  ::dup2(input, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::execv(line.program.c_str(), arguments);
  ::_exit(127);
}

bool is_executable(const fs::path& file) {
  return ::access(file.c_str(), X_OK) == 0 && fs::is_regular_file(file);
}

}  // namespace

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : line_(std::move(other.line_)),
      pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      started_(std::exchange(other.started_, false)) {}

ChildProcess::~ChildProcess() {
  if (running()) {
    signal(SIGKILL);
    wait_for_end(milliseconds{5'000});
  }
}

void ChildProcess::start() {
  std::vector<std::string> words{line_.program.string()};
  words.insert(words.end(), line_.arguments.begin(), line_.arguments.end());
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);

  const auto parent = ::getpid();
  const auto child = ::fork();
  if (child < 0) {
    throw StartupError(exit_code::failure,
                       fmt::format("cannot start {}: {}", line_.name, std::strerror(errno)));
  }
  if (child == 0) {
    become(line_, arguments.data(), parent);
  }
  pid_ = child;
  started_ = true;
}

bool ChildProcess::running() {
  if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) {
    pid_ = -1;
  }
  return pid_ > 0;
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) {
    ::kill(pid_, number);
  }
}

bool ChildProcess::wait_for_end(milliseconds at_most) {
  const auto end = steady_clock::now() + at_most;
  while (running()) {
    if (steady_clock::now() >= end) {
      return false;
    }
    std::this_thread::sleep_for(milliseconds{10});
  }
  return true;
}

std::string ChildProcess::how_it_ended() const {
  if (!started_ || pid_ > 0) {
    return {};
  }
  return WIFSIGNALED(status_) ? fmt::format("signal {}", WTERMSIG(status_))
                              : fmt::format("exit code {}", WEXITSTATUS(status_));
}

std::string ChildProcess::last_words() const {
  constexpr std::streamoff tail_bytes = 2'000;
  std::ifstream file{line_.log, std::ios::binary};
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - tail_bytes));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path own_program() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

fs::path find_program(const std::string& name) {
  if (const auto sibling = own_program().parent_path() / name; is_executable(sibling)) {
    return sibling;
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders{path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"};
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (const auto file = fs::path{folder} / name; !folder.empty() && is_executable(file)) {
      return file;
    }
  }
  return {};
}

}  // namespace waymark::cli
