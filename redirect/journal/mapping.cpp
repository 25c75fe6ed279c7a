#include "redirect/journal/mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace waymark::redirect {
namespace {

std::size_t page_bytes() noexcept {
  static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

Mapping::Mapping(int fd, char* data, std::size_t size) noexcept
    : fd_(fd), data_(data), size_(size), guard_(std::in_place, data, size, fd) {}

Mapping::~Mapping() {
  guard_.reset();  // before the addresses can belong to somebody else
  ::munmap(data_, size_);
  ::close(fd_);
}

Result<std::shared_ptr<Mapping>> Mapping::map(int fd, std::size_t bytes, int protection) {
  void* data = bytes == 0 ? MAP_FAILED : ::mmap(nullptr, bytes, protection, MAP_SHARED, fd, 0);
  if (data == MAP_FAILED) {
    ::close(fd);
    return Errc::journal_io;
  }
  std::shared_ptr<Mapping> mapping{new Mapping{fd, static_cast<char*>(data), bytes}};
  if (!mapping->guard_->active()) return Errc::journal_io;
  return mapping;
}

Result<std::shared_ptr<Mapping>> Mapping::writable(int fd, std::size_t bytes, Pace pace) {
  auto mapping = map(fd, bytes, PROT_READ | PROT_WRITE);
  if (!mapping) return mapping;
  // Or the first page would bring as much as the device's read-ahead at once.
  ::madvise((*mapping)->data_, bytes, MADV_RANDOM);
  const auto present = [&](std::size_t begin, std::size_t end) {
    return (*mapping)->make_present(begin, end);
  };
  if (!pace.each_slice(0, bytes, present)) return Errc::journal_io;
  return mapping;
}

bool Mapping::make_present(std::size_t begin, std::size_t end) noexcept {
  // Zeros put a page into the cache cheaper than the fault would, which reads it. The first page
  // holds the header.
  static constexpr std::array<char, Pace::slice_bytes> zeros{};
  const std::size_t from = std::max(begin, page_bytes());
  if (from < end && ::pwrite(fd_, zeros.data(), end - from, static_cast<off_t>(from)) < 0) {
    return false;
  }
#ifdef MADV_POPULATE_WRITE
  if (::madvise(data_ + begin, end - begin, MADV_POPULATE_WRITE) == 0) return true;
  if (errno != EINVAL) return false;  // EINVAL: a kernel before 5.14
#endif
  for (std::size_t at = begin; at < end; at += page_bytes()) {
    volatile char& byte = data_[at];
    byte = byte;
  }
  return !failed();
}

Result<std::shared_ptr<Mapping>> Mapping::readable(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return Errc::journal_io;
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return Errc::journal_io;
  }
  return map(fd, static_cast<std::size_t>(status.st_size), PROT_READ);
}

// Not fdatasync: it would also write the pages that are present for clicks to come, and the first
// store into each of them would cost a fault again.
bool Mapping::sync(std::size_t begin, std::size_t end) const noexcept {
  const std::size_t first_page = begin / page_bytes() * page_bytes();
  return !failed() && ::msync(data_ + first_page, end - first_page, MS_SYNC) == 0;
}

bool Mapping::sync(std::size_t begin, std::size_t end, Pace pace) const noexcept {
  pace.each_slice(begin, end, [&](std::size_t from, std::size_t to) {
    // Only starts the writing; whether all went well is said by msync.
    ::sync_file_range(fd_, static_cast<off_t>(from), static_cast<off_t>(to - from),
                      SYNC_FILE_RANGE_WRITE);
    return true;
  });
  return sync(begin, end);
}

void Mapping::will_need(std::size_t begin, std::size_t end) const noexcept {
  begin = begin / page_bytes() * page_bytes();
  end = std::min(end, size_);
  if (begin < end) ::madvise(data_ + begin, end - begin, MADV_WILLNEED);
}

void Mapping::release(Pace pace) noexcept {
  if (failed()) return;  // the guard's page is nowhere else
  pace.each_slice(0, size_, [&](std::size_t begin, std::size_t end) {
    return ::madvise(data_ + begin, end - begin, MADV_DONTNEED) == 0;
  });
}

}  // namespace waymark::redirect
