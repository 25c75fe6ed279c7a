#include "redirect/journal/format.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>
#include <vector>

namespace waymark::redirect {
namespace {

const SegmentName name{.epoch = 0x0123456789abcdef, .thread = 3, .id = 42};

std::vector<std::byte> sealed(std::string_view line, Sequence sequence, std::uint64_t unix_ms,
                              const SegmentName& segment) {
  std::vector<std::byte> bytes(layout::record_bytes(line.size()) + 8, std::byte{0xee});
  auto* at = reinterpret_cast<char*>(bytes.data());
  std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
  char* end = seal_record(at, line.size(), sequence, unix_ms, segment_key(segment));
  EXPECT_EQ(end, at + layout::record_bytes(line.size()));
  return bytes;
}

TEST(JournalFormat, SegmentNamesReadBack) {
  EXPECT_EQ(name.file(), "000000000000002a-3.segment");
  EXPECT_EQ(parse_segment_file(name.file(), name.epoch), name);
  for (const char* other : {"", "000000000000002a-3.segment.new", "000000000000002A-3.segment",
                            "000000000000002a-03.segment", "2a-3.segment", "lost+found"}) {
    EXPECT_FALSE(parse_segment_file(other, name.epoch)) << other;
  }
}

TEST(JournalFormat, EpochsReadBack) {
  EXPECT_EQ(parse_epoch(epoch_text(0xabc)), 0xabcU);
  EXPECT_FALSE(parse_epoch("0000000000000ABC"));
  EXPECT_FALSE(parse_epoch("0000000000000abc.new"));
}

TEST(JournalFormat, HeaderReadsBackAndEveryBitCounts) {
  const SegmentHeader header = encode_header(name);
  EXPECT_EQ(decode_header(header), name);
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    SegmentHeader flipped = header;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(decode_header(flipped)) << "bit " << bit;
  }
}

TEST(JournalFormat, RecordsReadBack) {
  EXPECT_TRUE(rc::check("read_record is the inverse of seal_record", [] {
    const auto line = *rc::gen::suchThat<std::string>(
        [](const std::string& s) { return !s.empty() && s.size() <= 1'000; });
    const auto sequence = *rc::gen::arbitrary<std::uint64_t>();
    const auto unix_ms = *rc::gen::arbitrary<std::uint64_t>();
    const auto bytes = sealed(line, sequence, unix_ms, name);
    const auto record = read_record(bytes, segment_key(name));
    RC_ASSERT(record.has_value());
    RC_ASSERT(record->line == line);
    RC_ASSERT(record->sequence == sequence);
    RC_ASSERT(record->unix_ms == unix_ms);
  }));
}

TEST(JournalFormat, EveryBitOfARecordCounts) {
  const std::string line = "{\"v\":1,\"id\":\"x\"}\n";
  const auto bytes = sealed(line, 7, 1'700'000'000'000, name);
  const std::size_t covered = layout::record_head_bytes + line.size();
  for (std::size_t bit = 0; bit < covered * 8; ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(read_record(flipped, segment_key(name))) << "bit " << bit;
  }
}

// A recycled block of an older segment must not pass for a record of the new one.
TEST(JournalFormat, ARecordBelongsToItsSegment) {
  const auto bytes = sealed("line\n", 7, 1, name);
  for (const SegmentName& other : {SegmentName{name.epoch, name.thread, name.id + 1},
                                   SegmentName{name.epoch, name.thread + 1, name.id},
                                   SegmentName{name.epoch + 1, name.thread, name.id}}) {
    EXPECT_FALSE(read_record(bytes, segment_key(other)));
  }
}

TEST(JournalFormat, SealingWritesTheEndAfterTheRecord) {
  const auto bytes = sealed("line\n", 1, 1, name);
  EXPECT_TRUE(is_end(std::span{bytes}.subspan(layout::record_bytes(5))));
}

}  // namespace
}  // namespace waymark::redirect
