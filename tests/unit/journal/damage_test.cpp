// Damage at every offset of a small segment: reading never crashes, never invents a record, and
// names what is lost. The stories behind it: a corrupt chunk that stops or loops a log shipper at
// start, intact records lost behind the damage, a bit flip that costs a whole file.
#include "redirect/journal/scan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

const SegmentName name{.epoch = 77, .thread = 0, .id = 5};
constexpr Sequence first_number = 10;
constexpr Sequence last_number = 17;

struct SmallSegment {
  std::vector<std::byte> bytes;
  std::map<Sequence, std::string> lines;
  std::map<Sequence, std::size_t> offsets;
  std::size_t end = 0;
};

void append(SmallSegment& segment, Sequence sequence, const SegmentName& segment_name) {
  const std::string line = "{\"n\":" + std::to_string(sequence * sequence * sequence) + "}\n";
  auto* const base = reinterpret_cast<char*>(segment.bytes.data());
  char* const at = base + segment.end;
  std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
  segment.lines[sequence] = line;
  segment.offsets[sequence] = segment.end;
  segment.end = static_cast<std::size_t>(
      seal_record(at, line.size(), sequence, 1'000 + sequence, segment_key(segment_name)) - base);
}

void write_header(SmallSegment& segment, const SegmentName& segment_name) {
  const auto header = encode_header(segment_name);
  std::memcpy(segment.bytes.data(), header.data(), header.size());
  segment.end = layout::segment_header_bytes;
}

SmallSegment small_segment() {
  SmallSegment segment;
  segment.bytes.resize(1'024);
  write_header(segment, name);
  for (Sequence n = first_number; n <= last_number; ++n) append(segment, n, name);
  return segment;
}

struct Found {
  SegmentScan scan;
  SequenceSet valid, lost;
  bool tail_damaged = false;
};

Found scan(std::span<const std::byte> bytes, const SmallSegment& original) {
  Found found;
  found.scan = scan_segment(bytes, name, [&](const Record& record, std::size_t) {
    EXPECT_EQ(record.line, original.lines.at(record.sequence)) << "invented";
    found.valid.add({record.sequence, record.sequence});
  });
  for (const Damage& damage : found.scan.damage) {
    if (damage.lost.first != 0) found.lost.add(damage.lost);
    found.tail_damaged |= damage.at_tail;
  }
  EXPECT_EQ(found.scan.records, found.valid.count());
  return found;
}

// The record whose bytes include `offset`, or 0.
Sequence record_at(const SmallSegment& segment, std::size_t offset) {
  for (const auto& [sequence, start] : segment.offsets) {
    const auto covered = layout::record_head_bytes + segment.lines.at(sequence).size();
    if (start <= offset && offset < start + covered) return sequence;
  }
  return 0;
}

TEST(JournalDamage, NoneIsSeenInAnIntactSegment) {
  const auto segment = small_segment();
  const auto found = scan(segment.bytes, segment);
  EXPECT_TRUE(found.scan.header_valid);
  EXPECT_TRUE(found.scan.damage.empty());
  EXPECT_EQ(found.scan.first, first_number);
  EXPECT_EQ(found.scan.last, last_number);
  EXPECT_EQ(found.scan.end, segment.end);
}

TEST(JournalDamage, AFlippedBitCostsOneRecord) {
  const auto segment = small_segment();
  for (std::size_t offset = 0; offset < segment.end; ++offset) {
    auto bytes = segment.bytes;
    bytes[offset] ^= std::byte{0x10};
    const auto found = scan(bytes, segment);
    const Sequence hit = record_at(segment, offset);
    SCOPED_TRACE("offset " + std::to_string(offset));
    EXPECT_EQ(found.scan.header_valid, offset >= layout::segment_header_bytes);
    EXPECT_EQ(found.valid.count(), hit == 0 ? 8U : 7U);
    if (hit == 0) continue;
    EXPECT_FALSE(found.valid.contains(hit));
    EXPECT_EQ(found.scan.damage.size(), 1U);
    if (hit > first_number && hit < last_number) {
      EXPECT_EQ(found.lost, (SequenceSet{[&] {
                  SequenceSet one;
                  one.add({hit, hit});
                  return one;
                }()}));
    }
    EXPECT_EQ(found.tail_damaged, hit == last_number);
  }
}

TEST(JournalDamage, ZeroedBytesCostWhatTheyTouch) {
  const auto segment = small_segment();
  for (std::size_t offset = layout::segment_header_bytes; offset < segment.end; ++offset) {
    for (const std::size_t length : {8U, 64U, 200U}) {
      auto bytes = segment.bytes;
      const std::size_t end = std::min(offset + length, bytes.size());
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                bytes.begin() + static_cast<std::ptrdiff_t>(end), std::byte{0});
      const auto found = scan(bytes, segment);
      SCOPED_TRACE("offset " + std::to_string(offset) + " length " + std::to_string(length));
      SequenceSet expected_lost;
      for (Sequence n = first_number; n <= last_number; ++n) {
        const std::size_t start = segment.offsets.at(n);
        const std::size_t covered = layout::record_head_bytes + segment.lines.at(n).size();
        const bool same = std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(start),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(start + covered),
                                     segment.bytes.begin() + static_cast<std::ptrdiff_t>(start));
        EXPECT_EQ(found.valid.contains(n), same) << n;
        if (!same && n > found.scan.first && n < found.scan.last) expected_lost.add({n, n});
      }
      for (const auto& range : expected_lost.ranges()) EXPECT_TRUE(found.lost.covers(range));
    }
  }
}

TEST(JournalDamage, ATruncatedFileKeepsWhatIsWhole) {
  const auto segment = small_segment();
  for (std::size_t length = 0; length <= segment.bytes.size(); ++length) {
    const auto found = scan(std::span{segment.bytes}.first(length), segment);
    for (Sequence n = first_number; n <= last_number; ++n) {
      const std::size_t whole =
          segment.offsets.at(n) + layout::record_bytes(segment.lines.at(n).size());
      EXPECT_EQ(found.valid.contains(n), whole <= length) << n << " in " << length;
    }
  }
}

TEST(JournalDamage, AnyBytesLeadToAnEnd) {
  EXPECT_TRUE(rc::check("random bytes give no record", [](const std::vector<std::uint8_t>& noise) {
    const auto bytes = std::as_bytes(std::span{noise});
    const auto result = scan_segment(bytes, name);
    RC_ASSERT(result.records == 0U);
  }));
}

TEST(JournalDamage, ARecycledSegmentShowsNothingOfItsFormerLife) {
  auto segment = small_segment();
  const auto former = segment.lines;
  const SegmentName reborn{.epoch = name.epoch, .thread = name.thread, .id = name.id + 1};
  segment.lines.clear();
  write_header(segment, reborn);
  append(segment, 100, reborn);
  append(segment, 101, reborn);
  std::vector<Sequence> seen;
  const auto result = scan_segment(segment.bytes, reborn, [&](const Record& record, std::size_t) {
    seen.push_back(record.sequence);
  });
  EXPECT_EQ(seen, (std::vector<Sequence>{100, 101}));
  EXPECT_TRUE(result.damage.empty()) << "the end is marked";
}

// Written twice (a rescue after a failed sync) or found out of order: once is enough.
TEST(JournalDamage, NumbersNeverGoBack) {
  auto segment = small_segment();
  append(segment, first_number + 1, name);
  append(segment, last_number + 1, name);
  const auto result = scan_segment(segment.bytes, name);
  EXPECT_EQ(result.records, 9U);
  EXPECT_EQ(result.last, last_number + 1);
}

TEST(JournalDamage, ALostRecordBeforeTheEndIsNumbered) {
  auto segment = small_segment();
  segment.bytes[segment.offsets.at(last_number) + layout::record_head_bytes] ^= std::byte{1};
  const auto result = scan_segment(segment.bytes, name);
  ASSERT_EQ(result.damage.size(), 1U);
  EXPECT_EQ(result.damage[0].lost, (SequenceRange{last_number, last_number}));
  EXPECT_TRUE(result.damage[0].at_tail);
}

}  // namespace
}  // namespace waymark::redirect
