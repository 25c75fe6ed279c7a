#include "loadtest/kit/chaos/chaos_runner.hpp"

#include "common/error.hpp"
#include "loadtest/kit/servers/processes.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace waymark::loadtest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>{Clock::now() - start}.count();
}

// A process that cannot become another one behind our back, as a pid may. By bare system calls:
// <sys/pidfd.h> of Debian 12 (glibc 2.36) forgets extern "C".
class ProcessHandle {
 public:
  explicit ProcessHandle(::pid_t pid)
      : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~ProcessHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;
  bool signal(int number) const {
    return ::syscall(SYS_pidfd_send_signal, descriptor_, number, nullptr, 0) == 0;
  }

 private:
  int descriptor_;
};

}  // namespace

ChaosRunner::ChaosRunner(std::vector<ChaosAction> plan, std::vector<Server> servers,
                         std::chrono::nanoseconds run_time)
    : plan_(std::move(plan)), servers_(std::move(servers)) {
  for (const auto& action : plan_) {
    own_process(server_of(action));
    if (action.at + action.lasts >= run_time) {
      throw StartupError(
          exit_code::usage,
          fmt::format("--chaos: {}@{}ms is not over when the run of {} ms ends", action.what,
                      action.at.count(),
                      std::chrono::duration_cast<std::chrono::milliseconds>(run_time).count()));
    }
  }
}

ChaosRunner::~ChaosRunner() {
  finish();
}

const Server& ChaosRunner::server_of(const ChaosAction& action) const {
  const auto server = std::ranges::find(servers_, action.target, &Server::name);
  if (server != servers_.end()) return *server;
  std::string names;
  for (const auto& each : servers_) names += (names.empty() ? "" : ", ") + each.name;
  throw StartupError(exit_code::usage,
                     fmt::format("--chaos: {}: no server '{}' is known (known: {}); name its "
                                 "process with --server {}=PID or {}=:PORT",
                                 action.what, action.target, names.empty() ? "none" : names,
                                 action.target, action.target));
}

::pid_t ChaosRunner::own_process(const Server& server) const {
  const auto pid = server.find();
  if (!pid) {
    throw StartupError(exit_code::unavailable,
                       fmt::format("--chaos: no process of server {} is found on this machine "
                                   "(another user's cannot be)",
                                   server.name));
  }
  if (*pid <= 1 || *pid == ::getpid() || owner_of(*pid) != ::geteuid()) {
    throw StartupError(exit_code::usage,
                       fmt::format("--chaos: process {} ({}) of server {} is not this user's: it "
                                   "will not be touched",
                                   *pid, program_of(*pid), server.name));
  }
  return *pid;
}

void ChaosRunner::start(Clock::time_point start) {
  for (const auto& action : plan_) {
    threads_.emplace_back([this, &action, start](const std::stop_token& stop) {
      if (pause_until(start + action.at, stop)) carry_out(action, stop, start);
    });
  }
}

std::vector<ChaosEvent> ChaosRunner::finish() {
  for (auto& thread : threads_) thread.request_stop();
  threads_.clear();
  auto events = std::exchange(events_, {});
  std::ranges::sort(events, {}, &ChaosEvent::at);
  return events;
}

// False when the run ended before.
bool ChaosRunner::pause_until(Clock::time_point end, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  wake_.wait_until(lock, stop, end, [] { return false; });
  return !stop.stop_requested();
}

void ChaosRunner::carry_out(const ChaosAction& action, const std::stop_token& stop,
                            Clock::time_point start) try {
  const auto& server = server_of(action);
  const auto pid = own_process(server);
  const ProcessHandle process{pid};
  const bool stall = action.kind == ChaosAction::Kind::stall;
  ChaosEvent event;
  event.what = action.what;
  event.target = fmt::format("{} ({} {})", server.name, program_of(pid), pid);
  if (stall && !guard_.stopping(pid)) {
    throw StartupError(exit_code::failure, "the guard of stopped processes has ended");
  }
  event.at = seconds_since(start);
  if (!process.signal(stall ? SIGSTOP : SIGKILL)) {
    throw StartupError(exit_code::failure, std::strerror(errno));
  }
  if (stall) {
    pause_until(Clock::now() + action.lasts, stop);
    process.signal(SIGCONT);
    guard_.going_on(pid);
  } else {
    await_restart(server, pid, stop);
  }
  event.until = seconds_since(start);
  const std::lock_guard lock{mutex_};
  events_.push_back(std::move(event));
} catch (const StartupError& error) {
  const std::lock_guard lock{mutex_};
  failures_.push_back(fmt::format("{} was not done: {}", action.what, error.what()));
}

void ChaosRunner::await_restart(const Server& server, ::pid_t killed, const std::stop_token& stop) {
  if (server.pid != 0) return;  // a pid says nothing about who comes after it
  do {
    const auto now = server.find();
    if (now && *now != killed) return;
  } while (pause_until(Clock::now() + 20ms, stop));
}

}  // namespace waymark::loadtest
