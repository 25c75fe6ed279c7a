// The request path's end of the journal: one per worker thread, which is one origin. A click is
// written in place, into the mapped segment; no allocation, no lock, no system call (except with
// journal.sync = 0). Not for reading: see origin_journal.hpp; not for shipping: see shipping/.
#pragma once

#include "common/error.hpp"
#include "common/ranges.hpp"
#include "redirect/journal/format.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace waymark::redirect {

class OriginJournal;
class Mapping;
class Segment;

// All members run on the origin's thread, except the counters, which any thread may read.
class JournalWriter {
 public:
  // `journal` must outlive the writer.
  explicit JournalWriter(OriginJournal& journal) noexcept;
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // Room for one line of at most limits::click_line_bytes_max bytes, valid until commit() or the
  // next reserve(); reserving again without commit() is fine and takes nothing. Fails with
  // journal_full or journal_io; each failure counts as one dropped click.
  Result<char*> reserve() noexcept;

  // Seals the line written into the reserved room (`bytes` long, ending with '\n') and returns its
  // sequence number. It survives a crash of the process from here on; with journal.sync = 0 also a
  // power loss.
  Sequence commit(std::size_t bytes, std::uint64_t unix_ms) noexcept;

  // Leaves a segment whose disk has failed, also when no click comes. Called about once a second.
  void leave_failed_segment() noexcept;

  // Calls `wake(context)` from commit() once, when the origin's lines together have reached
  // `bytes` (see bytes_written()); then it must be armed again. `wake` must only schedule.
  void wake_at(std::uint64_t bytes, void (*wake)(void*), void* context) noexcept;

  Sequence last() const noexcept { return last_.load(std::memory_order_relaxed); }
  std::uint64_t bytes_written() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t dropped_full() const noexcept {
    return dropped_full_.load(std::memory_order_relaxed);
  }
  std::uint64_t dropped_io() const noexcept { return dropped_io_.load(std::memory_order_relaxed); }

 private:
  void leave_segment() noexcept;
  Errc next_segment() noexcept;  // zero when there is one

  OriginJournal& journal_;
  std::shared_ptr<Segment> segment_;
  std::shared_ptr<Mapping> mapping_;
  char* at_ = nullptr;     // head of the next record
  char* limit_ = nullptr;  // no record may start past this
  std::uint64_t wake_at_ = ~std::uint64_t{0};
  void (*wake_)(void*) = nullptr;
  void* wake_context_ = nullptr;
  // Written here only.
  std::atomic<Sequence> last_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> dropped_full_{0};
  std::atomic<std::uint64_t> dropped_io_{0};
};

}  // namespace waymark::redirect
