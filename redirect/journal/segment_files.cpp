#include "redirect/journal/segment_files.hpp"

#include "redirect/journal/scan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace waymark::redirect {
namespace {

namespace fs = std::filesystem;

Errc from_errno(int error) noexcept {
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? Errc::journal_full
                                                              : Errc::journal_io;
}

// Opens `file` with its blocks allocated: a store into a hole could find the disk full.
Result<int> open_allocated(const fs::path& file, std::size_t bytes,
                           const std::optional<fs::path>& recycled) {
  if (recycled && ::rename(recycled->c_str(), file.c_str()) != 0) return from_errno(errno);
  const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (recycled ? 0 : O_CREAT | O_EXCL);
  const int fd = ::open(file.c_str(), flags, 0640);
  if (fd < 0) return from_errno(errno);
  if (const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes)); error != 0) {
    ::close(fd);
    return from_errno(error);
  }
  return fd;
}

std::size_t file_bytes(int fd) noexcept {
  return static_cast<std::size_t>(std::max<off_t>(::lseek(fd, 0, SEEK_END), 0));
}

// The header, and the end of data after it: an empty segment.
bool write_empty(int fd, const SegmentName& name) noexcept {
  std::array<std::byte, layout::segment_header_bytes + layout::record_head_bytes> start{};
  const SegmentHeader header = encode_header(name);
  std::memcpy(start.data(), header.data(), header.size());
  return ::pwrite(fd, start.data(), start.size(), 0) == static_cast<ssize_t>(start.size()) &&
         ::fsync(fd) == 0;
}

}  // namespace

Result<std::shared_ptr<Segment>> make_segment(const EpochFolder& folder, const SegmentName& name,
                                              std::size_t bytes,
                                              const std::optional<fs::path>& recycled, Pace pace) {
  const fs::path file = folder.path() / name.file();
  fs::path temporary = file;
  temporary += ".new";
  const auto abandon = [&](Errc error) {
    ::unlink(temporary.c_str());
    return error;
  };
  const auto fd = open_allocated(temporary, bytes, recycled);
  if (!fd) return abandon(static_cast<Errc>(fd.error().value()));
  if (!write_empty(*fd, name)) {
    ::close(*fd);
    return abandon(Errc::journal_io);
  }
  auto mapping = Mapping::writable(*fd, bytes, pace);
  if (!mapping) return abandon(Errc::journal_io);
  if (::rename(temporary.c_str(), file.c_str()) != 0) return abandon(from_errno(errno));
  if (!folder.sync()) {
    ::unlink(file.c_str());
    return Errc::journal_io;
  }
  return std::make_shared<Segment>(file, name, bytes, std::move(*mapping));
}

Result<void> sync_file(const fs::path& file, Pace pace) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT) return {};
  if (fd < 0) return Errc::journal_io;
  pace.each_slice(0, file_bytes(fd), [&](std::size_t begin, std::size_t end) {
    // Only starts the writing; whether all went well is said by fdatasync.
    ::sync_file_range(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                      SYNC_FILE_RANGE_WRITE);
    return true;
  });
  const bool synced = ::fdatasync(fd) == 0;
  ::close(fd);
  if (!synced) return Errc::journal_io;
  return {};
}

Result<void> remove_segment(const fs::path& file, Pace pace) {
  // The kernel would drop all cached pages at once.
  if (const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW); fd >= 0) {
    pace.each_slice(0, file_bytes(fd), [&](std::size_t begin, std::size_t end) {
      return ::posix_fadvise(fd, static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                             POSIX_FADV_DONTNEED) == 0;
    });
    ::close(fd);
  }
  if (::unlink(file.c_str()) != 0) return Errc::journal_io;
  return {};
}

Result<std::shared_ptr<Segment>> rescue_segment(const EpochFolder& folder, const SegmentName& name,
                                                Segment& failed) {
  const auto from = failed.pin();
  if (!from) return from.error();
  auto made = make_segment(folder, name, failed.bytes());
  if (!made) return made;
  Segment& segment = **made;
  const auto to = segment.pin();
  if (!to) return to.error();
  char* at = (*to)->data() + layout::segment_header_bytes;
  scan_segment(
      (*from)->bytes().first(failed.end()), failed.name(), [&](const Record& record, std::size_t) {
        const auto offset = static_cast<std::size_t>(at - (*to)->data());
        std::memcpy(at + layout::record_head_bytes, record.line.data(), record.line.size());
        at = seal_record(at, record.line.size(), record.sequence, record.unix_ms, segment.key());
        segment.note(record.sequence, offset, static_cast<std::size_t>(at - (*to)->data()),
                     record.unix_ms);
      });
  segment.seal();
  if (!(*to)->sync(0, segment.end())) {
    ::unlink(segment.file().c_str());
    return Errc::journal_io;
  }
  return made;
}

}  // namespace waymark::redirect
