// A power loss while an origin writes: of the pages stored since the last sync any may be on the
// disk and any not, whole or by sector, on top of the file's former life; then bits may flip. What
// recovery reads afterwards is a part of what was written, byte for byte under its own number;
// everything synced before is there unless a flip hit it; and what is missing in between is named.
//
// The input chooses: sizes of the lines, when a sync happened, which sectors arrived, what flipped.
#include "redirect/journal/scan.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace waymark::redirect {
namespace {

using fuzz::require;

constexpr std::size_t segment_bytes = 16 * 1024;
constexpr std::size_t sector_bytes = 512;
const SegmentName name{.epoch = 77, .thread = 0, .id = 5};
const SegmentName former{.epoch = 77, .thread = 0, .id = 4};

// Decisions, taken from the input one after another; zeros when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view input) : input_(input) {}
  std::uint8_t next() {
    return at_ < input_.size() ? static_cast<std::uint8_t>(input_[at_++]) : std::uint8_t{0};
  }
  bool left() const { return at_ < input_.size(); }
  std::size_t below(std::size_t limit) {
    const std::size_t high = next();
    return (high * 256 + next()) % limit;
  }

 private:
  std::string_view input_;
  std::size_t at_ = 0;
};

std::string line_of(Sequence sequence, std::size_t padding) {
  return "{\"n\":" + std::to_string(sequence) + ",\"p\":\"" + std::string(padding, 'x') + "\"}\n";
}

using Bytes = std::vector<std::uint64_t>;  // aligned, as a mapped file is

char* chars(Bytes& bytes) {
  return reinterpret_cast<char*>(bytes.data());
}

struct Written {
  std::string line;
  std::size_t begin = 0, end = 0;  // what its checksum covers, and the head
};

// A segment while it is written: memory is what the program sees, disk what would be left.
struct Model {
  Bytes memory = Bytes(segment_bytes / 8), disk = Bytes(segment_bytes / 8);
  std::map<Sequence, Written> written;
  Sequence synced = 0;
  std::size_t end = layout::segment_header_bytes;
  std::size_t synced_end = 0;  // the disk has all before

  void write_header(const SegmentName& segment) {
    const auto header = encode_header(segment);
    std::memcpy(chars(memory), header.data(), header.size());
    std::memset(chars(memory) + header.size(), 0, layout::record_head_bytes);
    end = layout::segment_header_bytes;
    disk = memory;
  }

  bool append(const SegmentName& segment, Sequence sequence, std::size_t padding) {
    const std::string line = line_of(sequence, padding);
    if (end + layout::record_bytes(line.size()) + 8 > segment_bytes) return false;
    char* const at = chars(memory) + end;
    std::memcpy(at + layout::record_head_bytes, line.data(), line.size());
    char* const after =
        seal_record(at, line.size(), sequence, 1'000 + sequence, segment_key(segment));
    written[sequence] = {line, end, end + layout::record_head_bytes + line.size()};
    end = static_cast<std::size_t>(after - chars(memory));
    return true;
  }

  void sync() {
    disk = memory;
    synced = written.empty() ? 0 : written.rbegin()->first;
    synced_end = end;
  }

  // Each sector that has changed since the sync arrives or does not.
  void lose_power(Choices& choices) {
    const std::size_t pages = 1 + choices.below(8);  // 1: by sector, 8: by page
    for (std::size_t at = 0; at < segment_bytes; at += sector_bytes * pages) {
      const std::size_t bytes = std::min(sector_bytes * pages, segment_bytes - at);
      if (std::memcmp(chars(disk) + at, chars(memory) + at, bytes) == 0) continue;
      if ((choices.next() & 1) != 0) std::memcpy(chars(disk) + at, chars(memory) + at, bytes);
    }
  }
};

// What the disk holds of the model's records, and what must be said of it.
void check(Model& model) {
  SequenceSet found, named;
  Sequence before = 0;
  const auto bytes = std::as_bytes(std::span{model.disk});
  const SegmentScan scan = scan_segment(bytes, name, [&](const Record& record, std::size_t at) {
    const auto original = model.written.find(record.sequence);
    require(original != model.written.end(), "no number is invented");
    require(record.line == original->second.line, "no line is invented or changed");
    require(record.unix_ms == 1'000 + record.sequence, "its time is its own");
    require(at == original->second.begin, "it stands where it was written");
    require(record.sequence > before, "numbers do not go back");
    before = record.sequence;
    found.add({record.sequence, record.sequence});
  });
  for (const Damage& damage : scan.damage) {
    if (damage.lost.first != 0) named.add(damage.lost);
  }
  for (const auto& [sequence, record] : model.written) {
    const bool whole =
        std::memcmp(chars(model.disk) + record.begin, chars(model.memory) + record.begin,
                    record.end - record.begin) == 0;
    require(found.contains(sequence) == whole, "just what is whole is found");
    const bool between = scan.records > 0 && scan.first < sequence && sequence < scan.last;
    if (!whole && between) require(named.contains(sequence), "what is missing is named");
    require(!whole || !named.contains(sequence), "what is there is not called lost");
  }
}

void try_power_loss(std::string_view input) {
  Choices choices{input};
  Model model;
  // The file's former life, in full, as a recycled segment has it.
  if ((choices.next() & 1) != 0) {
    model.write_header(former);
    const std::size_t padding = choices.below(400);
    for (Sequence n = 1; model.append(former, n, padding); ++n) {
    }
    model.written.clear();
  }
  model.write_header(name);
  model.sync();  // a new segment is synced before its first record
  const Sequence first = 1 + choices.below(1'000);
  for (Sequence n = first; choices.left(); ++n) {
    if (!model.append(name, n, choices.below(700))) break;
    if (choices.next() < 32) model.sync();
    if (choices.next() < 8) break;  // now
  }
  model.lose_power(choices);
  for (const auto& [sequence, record] : model.written) {
    require(sequence > model.synced ||
                std::memcmp(chars(model.disk) + record.begin, chars(model.memory) + record.begin,
                            record.end - record.begin) == 0,
            "the model keeps what was synced");
  }
  check(model);
  // And then the disk ages.
  for (int flips = choices.next() % 4; flips > 0; --flips) {
    const std::size_t at =
        layout::segment_header_bytes + choices.below(segment_bytes - layout::segment_header_bytes);
    chars(model.disk)[at] = static_cast<char>(chars(model.disk)[at] ^ (1 << (choices.next() % 8)));
    check(model);
  }
}

}  // namespace
}  // namespace waymark::redirect

namespace waymark::fuzz {

std::vector<std::string> seeds() {
  // Any bytes are decisions; these are long enough to fill a segment.
  std::vector<std::string> made;
  std::uint32_t state = 1;
  for (const std::size_t size : {0U, 16U, 100U, 400U, 1'000U}) {
    for (int i = 0; i < 8; ++i) {
      std::string choices;
      while (choices.size() < size) {
        state = state * 1'664'525U + 1'013'904'223U;
        choices.push_back(static_cast<char>(state >> 24U));
      }
      made.push_back(choices);
    }
  }
  return made;
}

std::vector<std::string> words() {
  return {std::string(8, '\0'), std::string(64, '\0'), std::string(64, '\1'),
          std::string(8, '\xff'), std::string(64, '\xff')};
}

}  // namespace waymark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  waymark::redirect::try_power_loss({reinterpret_cast<const char*>(data), size});
  return 0;
}
