#include "common/process_stats.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace waymark {
namespace {

// Fields of /proc/self/stat as numbered in proc(5); the second one may hold spaces and ends with
// ')'.
struct Stat {
  std::uint64_t user_ticks = 0;      // 14
  std::uint64_t system_ticks = 0;    // 15
  std::uint64_t threads = 0;         // 20
  std::uint64_t start_ticks = 0;     // 22, since boot
  std::uint64_t virtual_bytes = 0;   // 23
  std::uint64_t resident_pages = 0;  // 24
};

std::optional<Stat> read_stat() {
  std::ifstream file{"/proc/self/stat"};
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields{text.substr(name_end + 1)};
  Stat stat;
  std::string field;
  for (int number = 3; number <= 24 && fields >> field; ++number) {
    const auto value = [&] { return std::strtoull(field.c_str(), nullptr, 10); };
    switch (number) {
      case 14:
        stat.user_ticks = value();
        break;
      case 15:
        stat.system_ticks = value();
        break;
      case 20:
        stat.threads = value();
        break;
      case 22:
        stat.start_ticks = value();
        break;
      case 23:
        stat.virtual_bytes = value();
        break;
      case 24:
        stat.resident_pages = value();
        break;
      default:
        break;
    }
  }
  return stat;
}

std::uint64_t boot_unix_seconds() {
  std::ifstream file{"/proc/stat"};
  std::string key;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields{line};
    std::uint64_t value = 0;
    if (fields >> key >> value && key == "btime") return value;
  }
  return 0;
}

std::optional<std::size_t> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entry{"/proc/self/fd", error};
  if (error) return std::nullopt;
  const auto count = std::distance(begin(entry), end(entry));
  return static_cast<std::size_t>(count) - 1;  // the one this listing had open
}

void append(std::string& text, std::string_view name, std::string_view type, std::string_view help,
            double value) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type, help, value);
}

}  // namespace

void append_process_stats(std::string& text) {
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (const auto stat = read_stat()) {
    append(text, "process_cpu_seconds_total", "counter", "User and system time spent",
           static_cast<double>(stat->user_ticks + stat->system_ticks) / ticks_per_second);
    append(
        text, "process_resident_memory_bytes", "gauge", "Resident memory",
        static_cast<double>(stat->resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    append(text, "process_virtual_memory_bytes", "gauge", "Virtual memory",
           static_cast<double>(stat->virtual_bytes));
    append(text, "process_threads", "gauge", "Threads", static_cast<double>(stat->threads));
    append(text, "process_start_time_seconds", "gauge", "Start of the process, unix seconds",
           static_cast<double>(boot_unix_seconds()) +
               static_cast<double>(stat->start_ticks) / ticks_per_second);
  }
  if (const auto count = open_descriptors()) {
    append(text, "process_open_fds", "gauge", "Open file descriptors", static_cast<double>(*count));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    append(text, "process_max_fds", "gauge", "Limit of file descriptors",
           static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace waymark
