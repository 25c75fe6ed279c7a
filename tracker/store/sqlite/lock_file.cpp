#include "tracker/store/sqlite/lock_file.hpp"

#include "common/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace waymark::tracker::sqlite {

LockFile::LockFile(const std::filesystem::path& store) {
  const std::string file = store.string() + ".lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw StartupError{
        exit_code::config,
        fmt::format("store {}: cannot make {}: {}; give --store a path in a folder that exists and "
                    "this user may write",
                    store.string(), file, std::strerror(errno))};
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw StartupError{
        exit_code::temporary,
        fmt::format("store {} is in use by another waymark-tracker ({} is locked); stop that one, "
                    "or give --store another path",
                    store.string(), file)};
  }
}

LockFile::~LockFile() {
  ::close(descriptor_);
}

}  // namespace waymark::tracker::sqlite
