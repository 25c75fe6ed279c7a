#include "tracker/api/auth.hpp"
#include "tracker/program/ids.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace waymark::tracker {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view problem) {
  throw StartupError(exit_code::config,
                     fmt::format("bootstrap-key-file {}: {}", file.string(), problem));
}

// Leaves a file that is there alone.
void create(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return;
  if (fd < 0) {
    refuse(file, fmt::format("cannot be created ({}); make its folder, or name another file",
                             std::strerror(errno)));
  }
  const std::string text = new_secret_key() + "\n";
  const auto written = ::write(fd, text.data(), text.size());
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size()) || !synced) {
    ::unlink(file.c_str());
    refuse(file, "cannot be written; is the disk full?");
  }
}

}  // namespace

std::string read_bootstrap_key(const std::filesystem::path& file) {
  create(file);
  std::ifstream in{file};
  std::string key;
  if (!in || !std::getline(in, key)) {
    refuse(file, "cannot be read, or is empty; remove it to have a new key made");
  }
  while (!key.empty() && (key.back() == '\r' || key.back() == ' ')) key.pop_back();
  if (!key.starts_with("sk_") || key.size() < 24) {
    refuse(file,
           "holds no secret key (sk_ and at least 21 characters); remove it to have one made");
  }
  return key;
}

}  // namespace waymark::tracker
