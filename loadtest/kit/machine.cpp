#include "loadtest/kit/machine.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>

#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

namespace waymark::loadtest {
namespace {

std::string cpu_model() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

}  // namespace

Machine this_machine(std::vector<std::string> command_line) {
  Machine machine;
  utsname names{};
  if (::uname(&names) == 0) {
    machine.hostname = names.nodename;
    machine.kernel = std::string{names.sysname} + ' ' + names.release;
  }
  machine.cpu_model = cpu_model();
  machine.cores = std::thread::hardware_concurrency();
  machine.command_line = std::move(command_line);
  return machine;
}

std::size_t raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

}  // namespace waymark::loadtest
