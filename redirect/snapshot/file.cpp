#include "redirect/snapshot/file.hpp"

#include "redirect/descriptor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <unordered_map>
#include <utility>
#include <vector>

namespace waymark::redirect::snapshot {
namespace {

namespace fs = std::filesystem;

int open_file(const fs::path& file, int flags) noexcept {
  return ::open(file.c_str(), flags | O_CLOEXEC, 0640);
}

// Writes through a buffer, and to the disk now and then: one large sync at the end would hold up
// those of the journal.
class Output {
 public:
  explicit Output(const fs::path& file) : fd_(open_file(file, O_WRONLY | O_CREAT | O_TRUNC)) {
    if (fd_.get() < 0) error_ = errno;
  }
  void add(std::string_view payload) {
    append_framed(buffer_, payload);
    if (buffer_.size() >= write_bytes) flush();
  }
  void add_raw(std::string_view bytes) { buffer_ += bytes; }
  bool finish() {
    flush();
    if (error_ == 0 && ::fsync(fd_.get()) != 0) error_ = errno;
    return error_ == 0;
  }
  int error() const noexcept { return error_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::size_t write_bytes = 256 * 1024;
  static constexpr std::size_t sync_bytes = 8 * 1024 * 1024;

  void flush() {
    std::string_view rest = buffer_;
    while (error_ == 0 && !rest.empty()) {
      const ssize_t wrote = ::write(fd_.get(), rest.data(), rest.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) error_ = errno;
      if (wrote > 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    bytes_ += buffer_.size();
    unsynced_ += buffer_.size();
    buffer_.clear();
    if (error_ != 0 || unsynced_ < sync_bytes) return;
    unsynced_ = 0;
    if (::fdatasync(fd_.get()) != 0) error_ = errno;
  }

  Descriptor fd_;
  std::string buffer_;
  std::size_t bytes_ = 0;
  std::size_t unsynced_ = 0;
  int error_ = 0;
};

std::uint64_t number_at(const char* bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i) {
    number = number << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

// Whether an entry that is damaged can be left out: an answer is missing then, and what belongs to
// a campaign is refused. Without the record of its host a link would be answered otherwise.
bool misleads_nobody(std::string_view payload) {
  return payload.starts_with('l') || payload.starts_with('c');
}

std::string keyed(const Glance& seen) {
  return std::string(1, seen.kind).append(seen.key);
}

// The entries of the next file: those of the last one that stand, and the new ones.
class Merge {
 public:
  Merge(const fs::path& file, const PayloadList& payloads, const GoneLinks& gone,
        const Bounds& bounds)
      : file_(file), gone_(gone), bounds_(bounds) {
    for (const std::string_view payload : payloads) {
      const auto seen = glance(payload);
      if (seen) newest_[keyed(*seen)] = payload;
    }
    for (const std::string_view payload : payloads) {
      const auto seen = glance(payload);
      if (!seen || newest_[keyed(*seen)].data() != payload.data()) continue;
      if (seen->kind != 'l') {
        parents_.push_back(payload);
      } else if (!gone_.contains(seen->key)) {
        lookups_.push_back(payload);
      }
    }
    surplus_ = surplus();
  }

  // Campaigns and domains first: who reads knows them when the links come.
  void write(Output& out) {
    bool parents_done = false;
    const auto parents = [&] {
      if (std::exchange(parents_done, true)) return;
      for (const std::string_view payload : parents_) put(out, payload);
    };
    read(file_, [&](std::string_view payload) {
      const auto seen = standing(payload);
      if (!seen) return;
      if (seen->kind != 'l') return put(out, payload);
      parents();
      put_lookup(out, payload);
    });
    parents();
    for (const std::string_view payload : lookups_) put_lookup(out, payload);
    out.add(encode({0, End{entries_}}));
  }
  std::size_t lookups() const noexcept { return lookups_written_; }

 private:
  // Of an entry of the last file; nothing when it is too old, replaced or gone.
  std::optional<Glance> standing(std::string_view payload) const {
    auto seen = glance(payload);
    if (!seen || seen->unix_ms < bounds_.oldest_ms || newest_.contains(keyed(*seen))) return {};
    if (seen->kind == 'l' && gone_.contains(seen->key)) return {};
    return seen;
  }
  std::size_t surplus() const {
    std::size_t bytes = 0;
    for (const std::string_view payload : lookups_) bytes += frame_bytes + payload.size();
    read(file_, [&](std::string_view payload) {
      const auto seen = standing(payload);
      if (seen && seen->kind == 'l') bytes += frame_bytes + payload.size();
    });
    return bytes > bounds_.bytes_max ? bytes - bounds_.bytes_max : 0;
  }
  // Lookups stand in the order in which they were answered: the first are the oldest.
  void put_lookup(Output& out, std::string_view payload) {
    if (surplus_ > 0) {
      surplus_ -= std::min(surplus_, frame_bytes + payload.size());
      return;
    }
    ++lookups_written_;
    put(out, payload);
  }
  void put(Output& out, std::string_view payload) {
    ++entries_;
    out.add(payload);
  }

  fs::path file_;
  const GoneLinks& gone_;
  Bounds bounds_;
  std::unordered_map<std::string, std::string_view> newest_;
  std::vector<std::string_view> parents_, lookups_;
  std::size_t surplus_ = 0;
  std::uint64_t entries_ = 0;
  std::size_t lookups_written_ = 0;
};

Written failed(const char* doing, int error) {
  Written result;
  result.problem = std::string{doing} + ": " + std::strerror(error);
  return result;
}

}  // namespace

Reading read(const fs::path& file, const std::function<void(std::string_view)>& take) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return Reading::missing;
  char head[header_bytes];
  if (!in.read(head, sizeof head) || std::string_view(head, sizeof head) != header()) {
    return Reading::foreign;
  }
  std::string payload;
  bool whole = true;
  for (std::uint64_t entries = 0;; ++entries) {
    char frame[frame_bytes];
    if (!in.read(frame, sizeof frame)) return Reading::damaged;
    const std::uint64_t size = number_at(frame, 4);
    if (size > entry_bytes_max) return Reading::damaged;
    payload.resize(size);
    if (!in.read(payload.data(), static_cast<std::streamsize>(size))) return Reading::damaged;
    const bool sound = checksum(payload) == number_at(frame + 4, 8);
    const auto seen = sound ? glance(payload) : std::nullopt;
    if (!seen) {
      if (!misleads_nobody(payload)) return Reading::damaged;
      whole = false;
      continue;
    }
    if (seen->kind != 'e') {
      take(payload);
      continue;
    }
    const auto end = decode(payload);
    const bool counted = end && std::get<End>(end->what).entries == entries;
    return whole && counted ? Reading::whole : Reading::damaged;
  }
}

Written update(const fs::path& file, const PayloadList& payloads, const GoneLinks& gone,
               const Bounds& bounds) {
  const fs::path temporary = file.string() + ".new";
  const Descriptor lock{open_file(file.string() + ".lock", O_RDWR | O_CREAT)};
  if (lock.get() < 0) return failed("open the lock", errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return failed("lock", errno);
  Output out{temporary};
  if (out.error() != 0) return failed("open", out.error());
  out.add_raw(header());
  Merge merge{file, payloads, gone, bounds};
  merge.write(out);
  if (!out.finish()) {
    ::unlink(temporary.c_str());
    return failed("write", out.error());
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed("rename", errno);
  const Descriptor folder{open_file(file.parent_path().empty() ? fs::path{"."} : file.parent_path(),
                                    O_RDONLY | O_DIRECTORY)};
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed("sync the folder", errno);
  return {true, out.bytes(), merge.lookups(), {}};
}

}  // namespace waymark::redirect::snapshot
