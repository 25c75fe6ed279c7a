#include "bench/support/cpu_time.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace waymark::bench {

namespace {

namespace fs = std::filesystem;

// Of a process: user, system, and the same of the children it has waited for (proc_pid_stat(5)).
double seconds_of(const fs::path& process) {
  std::ifstream file{process / "stat"};
  std::string line;
  std::getline(file, line);
  // The name in parentheses may hold anything; fields count from behind it.
  std::istringstream fields{line.substr(std::min(line.rfind(')') + 1, line.size()))};
  constexpr int before_user = 11;
  std::string skipped;
  for (int i = 0; i < before_user; ++i) fields >> skipped;
  double user = 0, system = 0, children_user = 0, children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  return (user + system + children_user + children_system) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void add_tree(const fs::path& process, CpuTime& sum) {
  sum.all_seconds += seconds_of(process);
  std::error_code gone;
  for (const auto& thread : fs::directory_iterator{process / "task", gone}) {
    double nanoseconds = 0;
    std::ifstream{thread.path() / "schedstat"} >> nanoseconds;
    sum.threads[std::stoi(thread.path().filename())] = nanoseconds * 1e-9;
    std::ifstream children{thread.path() / "children"};
    for (std::string child; children >> child;) add_tree(fs::path{"/proc"} / child, sum);
  }
}

}  // namespace

double CpuTime::busiest_thread_since(const CpuTime& before) const {
  double most = 0;
  for (const auto& [thread, seconds] : threads) {
    const auto earlier = before.threads.find(thread);
    most = std::max(most, seconds - (earlier == before.threads.end() ? 0 : earlier->second));
  }
  return most;
}

CpuTime cpu_time_of_all() {
  CpuTime sum;
  add_tree("/proc/self", sum);
  return sum;
}

}  // namespace waymark::bench
