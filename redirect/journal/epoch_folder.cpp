#include "redirect/journal/epoch_folder.hpp"

#include "common/error.hpp"
#include "redirect/journal/format.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <string_view>
#include <utility>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view half_made = ".new";
constexpr std::string_view damaged = ".damaged";

// The folder, locked, or -1.
int lock_folder(const fs::path& path) noexcept {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return -1;
  // What was opened may have been removed or replaced before the lock was taken.
  struct stat locked {};
  struct stat there {};
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &locked) == 0 &&
      ::lstat(path.c_str(), &there) == 0 && locked.st_ino == there.st_ino &&
      locked.st_dev == there.st_dev) {
    return fd;
  }
  ::close(fd);
  return -1;
}

[[noreturn]] void cannot(std::string_view what, const fs::path& path, int error) {
  throw StartupError{exit_code::config,
                     fmt::format("journal.dir: cannot {} {}: {}; give --journal a folder on a "
                                 "local disk that this user may write to",
                                 what, path.string(), std::strerror(error))};
}

std::uint64_t random_epoch() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

void sync_folder(const fs::path& path) noexcept {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// Of the files in it. Folders of other processes may vanish at any time.
std::uint64_t folder_bytes(const fs::path& path) noexcept {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator file{path, error}, end; !error && file != end;
       file.increment(error)) {
    std::error_code gone;
    const auto size = file->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

EpochFolder::EpochFolder(int fd, std::uint64_t epoch, fs::path path) noexcept
    : fd_(fd), epoch_(epoch), path_(std::move(path)) {}

EpochFolder::EpochFolder(EpochFolder&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), epoch_(other.epoch_), path_(std::move(other.path_)) {}

EpochFolder& EpochFolder::operator=(EpochFolder&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(epoch_, other.epoch_);
  path_.swap(other.path_);
  return *this;
}

EpochFolder::~EpochFolder() {
  if (fd_ >= 0) ::close(fd_);
}

EpochFolder EpochFolder::create(const fs::path& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) cannot("make", dir, error.value());
  // Another process may take a half-made folder for a left-over; then a new one is made.
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::uint64_t epoch = random_epoch();
    const fs::path path = dir / epoch_text(epoch);
    fs::path temporary = path;
    temporary += half_made;
    if (::mkdir(temporary.c_str(), 0750) != 0) cannot("make", temporary, errno);
    const int fd = lock_folder(temporary);
    if (fd < 0) continue;
    EpochFolder folder{fd, epoch, path};
    if (fs::exists(path) || ::rename(temporary.c_str(), path.c_str()) != 0) continue;
    sync_folder(dir);
    return folder;
  }
  cannot("lock a new folder in", dir, EWOULDBLOCK);
}

std::optional<EpochFolder> EpochFolder::adopt(const fs::path& dir, std::uint64_t epoch) {
  fs::path path = dir / epoch_text(epoch);
  const int fd = lock_folder(path);
  if (fd < 0) return std::nullopt;
  return EpochFolder{fd, epoch, std::move(path)};
}

bool EpochFolder::sync() const noexcept {
  return ::fsync(fd_) == 0;
}

void EpochFolder::remove() noexcept {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void EpochFolder::put_aside() noexcept {
  fs::path aside = path_;
  aside += damaged;
  std::error_code ignored;
  fs::rename(path_, aside, ignored);
}

std::vector<std::uint64_t> list_epochs(const fs::path& dir) {
  std::vector<std::uint64_t> epochs;
  std::error_code error;
  for (fs::directory_iterator entry{dir, error}, end; !error && entry != end;
       entry.increment(error)) {
    if (const auto epoch = parse_epoch(entry->path().filename().native())) {
      epochs.push_back(*epoch);
    }
  }
  return epochs;
}

void remove_half_made(const fs::path& dir) noexcept {
  std::error_code error;
  for (fs::directory_iterator entry{dir, error}, end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() != half_made || !parse_epoch(path.stem().native())) continue;
    const int fd = lock_folder(path);
    if (fd < 0) continue;
    ::rmdir(path.c_str());
    ::close(fd);
  }
}

std::uint64_t disk_bytes(const fs::path& dir) noexcept {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator folder{dir, error}, end; !error && folder != end;
       folder.increment(error)) {
    if (parse_epoch(folder->path().stem().native())) bytes += folder_bytes(folder->path());
  }
  return bytes;
}

}  // namespace waymark::redirect
