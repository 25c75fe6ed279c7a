// Segments of the journal after several damages at once, records moved and repeated among them
// (tests/unit/journal/damage_test.cpp takes single damages, each at every offset): scanning ends,
// invents nothing, and its figures add up.
#include "redirect/journal/scan.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace waymark::redirect {
namespace {

using fuzz::require;

const SegmentName name{.epoch = 77, .thread = 0, .id = 5};
const SegmentName former{.epoch = 77, .thread = 0, .id = 4};  // a recycled file's earlier life
constexpr Sequence records_max = 24;

std::string line_of(Sequence sequence) {
  return "{\"n\":" + std::to_string(sequence) + ",\"p\":\"" +
         std::string(static_cast<std::size_t>(sequence * 7 % 50), 'x') + "\"}\n";
}

std::string segment_of(const SegmentName& segment, Sequence count) {
  std::string bytes(4'096, '\0');
  const auto header = encode_header(segment);
  std::memcpy(bytes.data(), header.data(), header.size());
  char* at = bytes.data() + layout::segment_header_bytes;
  for (Sequence n = 1; n <= count; ++n) {
    const std::string line = line_of(n);
    std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
    at = seal_record(at, line.size(), n, 1'000 + n, segment_key(segment));
  }
  return bytes;
}

void try_segment(std::string_view input) {
  // Aligned, as a mapped file is.
  std::vector<std::uint64_t> words((input.size() + 7) / 8);
  if (!input.empty()) std::memcpy(words.data(), input.data(), input.size());
  const auto bytes = std::as_bytes(std::span{words}).first(input.size());
  Sequence before = 0;
  std::uint64_t count = 0;
  std::size_t end = 0;
  const SegmentScan scan = scan_segment(bytes, name, [&](const Record& record, std::size_t at) {
    require(record.sequence <= records_max && record.line == line_of(record.sequence),
            "no record is invented");
    require(record.sequence > before, "numbers never go back");
    require(at % layout::alignment == 0 && at >= end, "records stand in order");
    before = record.sequence;
    end = at + layout::record_bytes(record.line.size());
    require(end <= bytes.size(), "a record lies within the segment");
    ++count;
  });
  require(scan.records == count, "the count is right");
  require(count == 0 || (scan.last == before && scan.end == end), "the end is right");
  for (const Damage& damage : scan.damage) {
    require(damage.offset + damage.bytes <= bytes.size(), "damage lies within the segment");
    require(damage.lost.first == 0 || damage.lost.first <= damage.lost.last, "a range of lost");
    require(damage.lost.last == 0 || damage.at_tail || damage.lost.last < scan.last,
            "what is lost stands before the last");
  }
}

}  // namespace
}  // namespace waymark::redirect

namespace waymark::fuzz {

std::vector<std::string> seeds() {
  using namespace waymark::redirect;
  std::vector<std::string> made;
  for (const Sequence count : {Sequence{0}, Sequence{1}, Sequence{8}, records_max}) {
    made.push_back(segment_of(name, count));
  }
  made.push_back(segment_of(former, records_max));
  return made;
}

std::vector<std::string> words() {
  return {std::string(8, '\0'),   std::string(64, '\0'),      std::string(512, '\0'),
          std::string(8, '\xff'), std::string("\1\0\1\0", 4), "{\"n\":1}\n"};
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  waymark::redirect::try_segment({reinterpret_cast<const char*>(data), size});
  return 0;
}
