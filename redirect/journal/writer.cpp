#include "redirect/journal/writer.hpp"

#include "redirect/journal/origin_journal.hpp"
#include "redirect/journal/segment.hpp"

#include <cassert>
#include <utility>

namespace waymark::redirect {

JournalWriter::JournalWriter(OriginJournal& journal) noexcept : journal_(journal) {}

JournalWriter::~JournalWriter() {
  if (segment_) segment_->seal();
}

Result<char*> JournalWriter::reserve() noexcept {
  if (at_ <= limit_ && at_ != nullptr && !segment_->failed() && !mapping_->failed()) {
    return at_ + layout::record_head_bytes;
  }
  if (const auto error = next_segment(); error != Errc{}) {
    auto& counter = error == Errc::journal_full ? dropped_full_ : dropped_io_;
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return error;
  }
  return at_ + layout::record_head_bytes;
}

Sequence JournalWriter::commit(std::size_t bytes, std::uint64_t unix_ms) noexcept {
  assert(bytes > 0 && bytes <= limits::click_line_bytes_max);
  const Sequence sequence = last() + 1;
  char* const base = mapping_->data();
  const auto offset = static_cast<std::size_t>(at_ - base);
  at_ = seal_record(at_, bytes, sequence, unix_ms, segment_->key());
  segment_->note(sequence, offset, static_cast<std::size_t>(at_ - base), unix_ms);
  last_.store(sequence, std::memory_order_relaxed);
  bytes_.store(bytes_written() + bytes, std::memory_order_relaxed);
  // A failure here is dealt with like one of the keeper: the segment is left and its records are
  // written to another one.
  if (journal_.sync_each() && !mapping_->sync(offset, segment_->end())) segment_->fail();
  if (bytes_written() >= wake_at_) {
    wake_at_ = ~std::uint64_t{0};
    wake_(wake_context_);
  }
  return sequence;
}

void JournalWriter::leave_failed_segment() noexcept {
  if (segment_ && (segment_->failed() || mapping_->failed())) leave_segment();
}

void JournalWriter::wake_at(std::uint64_t bytes, void (*wake)(void*), void* context) noexcept {
  wake_at_ = bytes;
  wake_ = wake;
  wake_context_ = context;
}

void JournalWriter::leave_segment() noexcept {
  if (!segment_) return;
  if (mapping_->failed()) segment_->fail();
  segment_->seal();
  segment_.reset();
  mapping_.reset();
  at_ = limit_ = nullptr;
}

Errc JournalWriter::next_segment() noexcept {
  leave_segment();
  auto taken = journal_.take_prepared();
  if (!taken) return static_cast<Errc>(taken.error().value());
  auto pinned = (*taken)->pin();
  if (!pinned) return Errc::journal_io;
  segment_ = std::move(*taken);
  mapping_ = std::move(*pinned);
  at_ = mapping_->data() + layout::segment_header_bytes;
  limit_ = mapping_->data() + segment_->bytes() - layout::record_bytes_max - sizeof(std::uint64_t);
  return Errc{};
}

}  // namespace waymark::redirect
