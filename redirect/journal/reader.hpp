// Reads an origin's lines by sequence number, from memory, each checked against its checksum. What
// cannot be read is named as lost. On the origin's shipping thread only.
#pragma once

#include "common/ranges.hpp"
#include "redirect/journal/origin_journal.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace waymark::redirect {

// The first part of what was asked for: some lines in a row, or numbers that are lost.
struct JournalBatch {
  SequenceRange range;
  std::size_t bytes = 0;    // of the lines
  std::string_view reason;  // why the range is lost; empty for lines
  bool lost() const noexcept { return !reason.empty(); }
};

class JournalReader {
 public:
  // `journal` must outlive this.
  explicit JournalReader(const OriginJournal& journal) noexcept : journal_(journal) {}

  // Reads from `wanted.first` on, at least one line or loss, at most `bytes_max` (unless the first
  // line alone is longer) and not past `wanted.last`. `lines` is replaced; its views hold until the
  // next call.
  JournalBatch read(SequenceRange wanted, std::size_t bytes_max,
                    std::vector<std::string_view>& lines);

 private:
  bool seek(Sequence sequence);
  void look_ahead() noexcept;
  std::optional<Record> next_record(Sequence at_least);
  JournalBatch lost(Sequence first, Sequence last, std::string_view reason) noexcept;

  const OriginJournal& journal_;
  std::shared_ptr<Segment> segment_;
  std::shared_ptr<Mapping> mapping_;
  std::size_t offset_ = 0;
  std::size_t ahead_ = 0;  // up to here the disk was asked for the segment
  Sequence next_ = 0;      // what stands at offset_, 0 when unknown
  bool damaged_ = false;
};

}  // namespace waymark::redirect
