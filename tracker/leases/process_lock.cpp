#include "tracker/leases/process_lock.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <random>

namespace waymark::tracker {

// A socket with an abstract address: no file to be left behind, and no folder to agree on.
Result<ProcessLock> ProcessLock::take(std::string_view name) {
  ::sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) return boost::system::errc::make_error_code(
      boost::system::errc::filename_too_long);
  std::ranges::copy(name, address.sun_path + 1);  // after the zero that makes it abstract
  const auto length =
      static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + 1 + name.size());
  ProcessLock lock{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (lock.descriptor_ < 0 ||
      ::bind(lock.descriptor_, reinterpret_cast<const ::sockaddr*>(&address), length) != 0) {
    if (errno == EADDRINUSE) return Errc::conflict;
    return boost::system::error_code{errno, boost::system::system_category()};
  }
  return lock;
}

ProcessLock::~ProcessLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string ProcessLock::scope() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string boot;
  struct ::stat network {};
  if (std::getline(file, boot) && ::stat("/proc/self/ns/net", &network) == 0) {
    return fmt::format("{}/{}", boot, network.st_ino);
  }
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace waymark::tracker
