// Reads a whole segment when nothing is known about it: after a crash, for adoption, for the
// `journal` command. Total: any bytes lead to an answer, in time linear in the segment (each
// aligned offset is tried once). Positions come from the data alone. Pure.
//
// A running process that wrote the segment itself needs no scan: see reader.hpp.
#pragma once

#include "redirect/journal/format.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace waymark::redirect {

// Bytes that are no record although records stand after them, or although they are not empty.
struct Damage {
  std::size_t offset = 0;
  std::size_t bytes = 0;
  SequenceRange lost;    // 0-0 when it is not known what was there
  bool at_tail = false;  // nothing valid follows: a torn end, or the last record is damaged
};

struct SegmentScan {
  bool header_valid = false;
  std::uint64_t records = 0;
  Sequence first = 0, last = 0;  // of valid records; 0 when there are none
  std::uint64_t last_ms = 0;
  std::size_t end = layout::segment_header_bytes;  // after the last valid record
  std::vector<Damage> damage;
};

// `name` is what folder and file say; it is the truth when the header is damaged. Records come in
// order; one that does not follow in sequence (it was written twice) is left out.
// `each` gets every record and its offset.
SegmentScan scan_segment(
    std::span<const std::byte> bytes, const SegmentName& name,
    const std::function<void(const Record&, std::size_t offset)>& each = nullptr);

}  // namespace waymark::redirect
