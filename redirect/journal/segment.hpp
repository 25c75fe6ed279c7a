// One segment of an origin: the file and what is known of its content. The bytes are mapped only
// while somebody holds a pin; sealed and synced segments cost a few hundred bytes of memory.
#pragma once

#include "common/error.hpp"
#include "redirect/journal/format.hpp"
#include "redirect/journal/mapping.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace waymark::redirect {

class Segment {
 public:
  // `mapping` may be null for a segment that is only read.
  Segment(std::filesystem::path file, const SegmentName& name, std::size_t bytes,
          std::shared_ptr<Mapping> mapping);

  const std::filesystem::path& file() const noexcept { return file_; }
  const SegmentName& name() const noexcept { return name_; }
  std::uint64_t key() const noexcept { return key_; }
  std::size_t bytes() const noexcept { return bytes_; }

  // --- The writer's side: one thread, before sealing ---

  // A record was written at `offset` and ends before `end`. No allocation.
  void note(Sequence sequence, std::size_t offset, std::size_t end, std::uint64_t unix_ms) noexcept;
  // Nothing is written any more.
  void seal() noexcept { sealed_.store(true, std::memory_order_release); }

  // --- Any thread ---

  Sequence first() const noexcept { return first_.load(std::memory_order_acquire); }
  Sequence last() const noexcept { return last_.load(std::memory_order_acquire); }
  std::size_t end() const noexcept { return end_.load(std::memory_order_acquire); }
  std::uint64_t last_ms() const noexcept { return last_ms_.load(std::memory_order_relaxed); }
  bool sealed() const noexcept { return sealed_.load(std::memory_order_acquire); }

  // The disk refused something: nobody may rely on this file or write to it.
  void fail() noexcept { failed_.store(true, std::memory_order_release); }
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  // Up to which offset the content is known to be on disk. Only who syncs it.
  std::size_t synced() const noexcept { return synced_; }
  void set_synced(std::size_t end) noexcept { synced_ = end; }

  // The bytes, mapped now if need be. Fails with journal_io.
  Result<std::shared_ptr<Mapping>> pin();
  // Lets the bytes go, at `pace`, as soon as nobody else holds them. Only when they are on disk.
  void unpin(Pace pace = Pace{});
  // Whether somebody may still look at the bytes.
  bool in_use() const;

  // An offset at which a record starts, at or before the one of `sequence`. The origin's thread
  // only (a sealed segment: any).
  std::size_t offset_before(Sequence sequence) const noexcept;

 private:
  struct Mark {
    Sequence sequence;
    std::size_t offset;
  };
  static constexpr std::size_t mark_distance_bytes = 64 * 1024;

  const std::filesystem::path file_;
  const SegmentName name_;
  const std::uint64_t key_;
  const std::size_t bytes_;
  std::vector<Mark> marks_;  // capacity is taken at the start
  std::atomic<Sequence> first_{0};
  std::atomic<Sequence> last_{0};
  std::atomic<std::size_t> end_{layout::segment_header_bytes};
  std::atomic<std::uint64_t> last_ms_{0};
  std::atomic<bool> sealed_{false};
  std::atomic<bool> failed_{false};
  std::size_t synced_ = layout::segment_header_bytes;

  mutable std::mutex mutex_;  // the two below
  std::shared_ptr<Mapping> pinned_;
  std::weak_ptr<Mapping> mapped_;
};

}  // namespace waymark::redirect
