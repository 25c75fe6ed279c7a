#include "loadtest/kit/servers/processes.hpp"

#include "loadtest/kit/servers/listening_sockets.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

namespace waymark::loadtest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t tree_max = 4'096;
bool holds_one_of(const fs::path& process, const std::set<std::string>& links) {
  std::error_code error;
  for (fs::directory_iterator entry{process / "fd", error}, end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    if (links.contains(fs::read_symlink(entry->path(), unreadable).string())) return true;
  }
  return false;
}

std::optional<::pid_t> pid_in(std::string_view name) {
  ::pid_t pid = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (read.ec != std::errc{} || read.ptr != name.data() + name.size()) return std::nullopt;
  return pid;
}

std::uint64_t bytes_in(std::string_view line) {
  std::istringstream words{std::string{line}};
  std::string name;
  std::uint64_t kib = 0;
  words >> name >> kib;
  return kib * 1024;
}

}  // namespace

std::vector<::pid_t> children_of(::pid_t pid) {
  std::vector<::pid_t> children;
  std::error_code error;
  for (fs::directory_iterator thread{fmt::format("/proc/{}/task", pid), error}, end;
       !error && thread != end; thread.increment(error)) {
    std::ifstream file{thread->path() / "children"};
    for (::pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

std::vector<::pid_t> tree_of(::pid_t pid) {
  if (!owner_of(pid)) return {};
  std::vector<::pid_t> tree{pid};
  for (std::size_t i = 0; i < tree.size() && tree.size() < tree_max; ++i) {
    const auto children = children_of(tree[i]);
    tree.insert(tree.end(), children.begin(), children.end());
  }
  return tree;
}

std::string program_of(::pid_t pid) {
  std::string name;
  std::ifstream file{fmt::format("/proc/{}/comm", pid)};
  std::getline(file, name);
  // The kernel keeps 15 characters of what was called. Its file may have another name altogether:
  // Debian's redis-server is a link to redis-check-rdb.
  std::error_code error;
  const auto program =
      fs::read_symlink(fmt::format("/proc/{}/exe", pid), error).filename().string();
  return !error && program.starts_with(name) ? program : name;
}

std::optional<::uid_t> owner_of(::pid_t pid) {
  struct ::stat status {};
  if (::stat(fmt::format("/proc/{}", pid).c_str(), &status) != 0) return std::nullopt;
  return status.st_uid;
}

std::optional<::pid_t> listener_on(std::uint16_t port, ::pid_t seen_last) {
  std::set<std::string> links;  // as /proc/PID/fd shows them
  for (const auto inode : listening_sockets(port)) links.insert(fmt::format("socket:[{}]", inode));
  if (links.empty()) return std::nullopt;
  if (seen_last != 0 && holds_one_of(fmt::format("/proc/{}", seen_last), links)) {
    return seen_last;
  }
  std::set<::pid_t> holders;
  std::error_code error;
  for (fs::directory_iterator entry{"/proc", error}, end; !error && entry != end;
       entry.increment(error)) {
    const auto pid = pid_in(entry->path().filename().string());
    if (pid && holds_one_of(entry->path(), links)) holders.insert(*pid);
  }
  std::set<::pid_t> ancestors = holders;
  for (const auto holder : holders) {
    for (const auto child : children_of(holder)) ancestors.erase(child);
  }
  if (ancestors.empty()) return std::nullopt;
  return *ancestors.begin();
}

ProcessMemory memory_of(::pid_t pid) {
  ProcessMemory memory;
  std::ifstream file{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) memory.rss_bytes = bytes_in(line);
    if (line.starts_with("RssAnon:")) memory.anon_bytes = bytes_in(line);
  }
  return memory;
}

std::optional<std::uint64_t> cpu_ns_of(::pid_t pid) {
  // The kernel's clock of another process (clock_getcpuclockid(3)): exact to the nanosecond, where
  // /proc/PID/stat counts ticks of 10 ms.
  ::clockid_t clock{};
  ::timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace waymark::loadtest
