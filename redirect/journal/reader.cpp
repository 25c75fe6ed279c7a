#include "redirect/journal/reader.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {
constexpr std::size_t asked_ahead = 1024 * 1024;  // bytes of the journal, at a time
}  // namespace

JournalBatch JournalReader::read(SequenceRange wanted, std::size_t bytes_max,
                                 std::vector<std::string_view>& lines) {
  lines.clear();
  if (next_ != wanted.first || !segment_ || next_ > segment_->last()) {
    if (!seek(wanted.first)) {
      const Sequence last = segment_ ? std::min(segment_->last(), wanted.last) : wanted.last;
      return lost(wanted.first, last, segment_ ? "unreadable" : "missing");
    }
  }
  look_ahead();
  JournalBatch batch;
  batch.range = {wanted.first, wanted.first - 1};
  while (batch.range.last < wanted.last) {
    const Sequence expected = batch.range.last + 1;
    const std::size_t before = offset_;
    const auto record = next_record(expected);
    if (!record || record->sequence != expected) {
      // Lines first; the loss is found again by the next call.
      if (!lines.empty()) {
        offset_ = before;
        break;
      }
      const Sequence end = record ? record->sequence - 1 : segment_->last();
      return lost(expected, std::min(end, wanted.last), damaged_ ? "damaged" : "missing");
    }
    if (!lines.empty() && batch.bytes + record->line.size() > bytes_max) break;
    lines.push_back(record->line);
    batch.bytes += record->line.size();
    batch.range.last = expected;
    offset_ += layout::record_bytes(record->line.size());
    if (expected == segment_->last()) break;
  }
  next_ = batch.range.last + 1;
  return batch;
}

bool JournalReader::seek(Sequence sequence) {
  mapping_.reset();
  damaged_ = false;
  segment_ = journal_.find(sequence);
  if (!segment_) return false;
  auto pinned = segment_->pin();
  if (!pinned) return false;
  mapping_ = std::move(*pinned);
  offset_ = ahead_ = segment_->offset_before(sequence);
  return true;
}

// A backlog may have left memory: visitors, who share the thread, must not wait for the disk.
void JournalReader::look_ahead() noexcept {
  if (offset_ + asked_ahead / 2 < ahead_) return;
  mapping_->will_need(ahead_, ahead_ + asked_ahead);
  ahead_ += asked_ahead;
}

// Leaves offset_ at the record it returns.
std::optional<Record> JournalReader::next_record(Sequence at_least) {
  const auto bytes = mapping_->bytes().first(std::min(segment_->end(), mapping_->bytes().size()));
  while (offset_ < bytes.size()) {
    const auto record = read_record(bytes.subspan(offset_), segment_->key());
    if (record && record->sequence >= at_least) return record;
    if (!record) damaged_ = true;
    offset_ += record ? layout::record_bytes(record->line.size()) : layout::alignment;
  }
  return std::nullopt;
}

JournalBatch JournalReader::lost(Sequence first, Sequence last, std::string_view reason) noexcept {
  next_ = 0;
  return {.range = {first, last}, .bytes = 0, .reason = reason};
}

}  // namespace waymark::redirect
