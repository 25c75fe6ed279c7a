#include "redirect/journal/mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace waymark::redirect {

Mapping::Mapping(int fd, char* data, std::size_t size) noexcept
    : fd_(fd), data_(data), size_(size), guard_(std::in_place, data, size, fd) {}

Mapping::~Mapping() {
  guard_.reset();  // before the addresses can belong to somebody else
  ::munmap(data_, size_);
  ::close(fd_);
}

Result<std::shared_ptr<Mapping>> Mapping::map(int fd, std::size_t bytes, int protection,
                                              int flags) {
  void* data = bytes == 0 ? MAP_FAILED : ::mmap(nullptr, bytes, protection, flags, fd, 0);
  if (data == MAP_FAILED) {
    ::close(fd);
    return Errc::journal_io;
  }
  std::shared_ptr<Mapping> mapping{new Mapping{fd, static_cast<char*>(data), bytes}};
  if (!mapping->guard_->active()) return Errc::journal_io;
  return mapping;
}

Result<std::shared_ptr<Mapping>> Mapping::writable(int fd, std::size_t bytes) {
  return map(fd, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE);
}

Result<std::shared_ptr<Mapping>> Mapping::readable(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Errc::journal_io;
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return Errc::journal_io;
  }
  return map(fd, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_SHARED);
}

bool Mapping::sync() const noexcept {
  return !failed() && ::fdatasync(fd_) == 0;
}

}  // namespace waymark::redirect
