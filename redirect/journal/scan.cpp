#include "redirect/journal/scan.hpp"

namespace waymark::redirect {
namespace {

// What may be said about the bytes after the last valid record. Records are published whole, so
// something there is a record whose bytes changed, the torn end of a power loss, or the former
// content of a recycled segment; only a record with the expected number is known to be lost.
void judge_tail(std::span<const std::byte> bytes, SegmentScan& scan) {
  const auto rest = bytes.subspan(std::min(scan.end, bytes.size()));
  if (is_end(rest)) return;
  const Sequence expected = scan.last + 1;
  const bool known = scan.records > 0 && claimed_sequence(rest) == expected;
  scan.damage.push_back({.offset = scan.end,
                         .bytes = rest.size(),
                         .lost = known ? SequenceRange{expected, expected} : SequenceRange{},
                         .at_tail = true});
}

}  // namespace

SegmentScan scan_segment(std::span<const std::byte> bytes, const SegmentName& name,
                         const std::function<void(const Record&, std::size_t)>& each) {
  SegmentScan scan;
  const auto header = decode_header(bytes);
  scan.header_valid = header.has_value();
  const std::uint64_t key = segment_key(header.value_or(name));

  std::size_t offset = layout::segment_header_bytes;
  while (offset + layout::record_head_bytes <= bytes.size()) {
    const auto record = read_record(bytes.subspan(offset), key);
    if (!record || record->sequence <= scan.last) {
      offset += layout::alignment;
      continue;
    }
    if (offset != scan.end) {
      const bool gap = scan.records > 0 && record->sequence > scan.last + 1;
      scan.damage.push_back(
          {.offset = scan.end,
           .bytes = offset - scan.end,
           .lost = gap ? SequenceRange{scan.last + 1, record->sequence - 1} : SequenceRange{}});
    }
    if (scan.records == 0) scan.first = record->sequence;
    ++scan.records;
    scan.last = record->sequence;
    scan.last_ms = record->unix_ms;
    if (each) each(*record, offset);
    offset += layout::record_bytes(record->line.size());
    scan.end = offset;
  }
  judge_tail(bytes, scan);
  return scan;
}

}  // namespace waymark::redirect
