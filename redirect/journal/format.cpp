#include "redirect/journal/format.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <atomic>
#include <bit>
#include <charconv>
#include <cstring>

namespace waymark::redirect {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr char magic[8] = {'w', 'm', 'j', 'o', 'u', 'r', 'n', 'l'};

// Offsets in a record; see journal/README.md.
constexpr std::size_t head_at = 0;
constexpr std::size_t checksum_at = 8;
constexpr std::size_t sequence_at = 16;
constexpr std::size_t time_at = 24;
static_assert(layout::record_head_bytes == 32);

template <class T>
T load(const void* base, std::size_t offset) noexcept {
  T value;
  std::memcpy(&value, static_cast<const char*>(base) + offset, sizeof value);
  return value;
}

template <class T>
void store(void* base, std::size_t offset, T value) noexcept {
  std::memcpy(static_cast<char*>(base) + offset, &value, sizeof value);
}

constexpr std::uint64_t head_word(std::size_t payload) noexcept {
  return payload | std::uint64_t{layout::record_click} << 32U |
         std::uint64_t{layout::format_version} << 48U;
}

std::size_t payload_of(std::uint64_t head) noexcept {
  return head & 0xffffffffU;
}

// Covers sequence, time and line by hashing them, the head and the segment by the key. The odd
// factor makes every change of the head a change of the result.
std::uint64_t checksum(const void* record, std::uint64_t head, std::uint64_t key) noexcept {
  const auto* covered = static_cast<const char*>(record) + sequence_at;
  const std::size_t bytes = layout::record_head_bytes - sequence_at + payload_of(head);
  return XXH3_64bits(covered, bytes) ^ key ^ head * 0x9e3779b97f4a7c15U;
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (text.size() != 16 || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::string epoch_text(std::uint64_t epoch) {
  return fmt::format("{:016x}", epoch);
}

std::optional<std::uint64_t> parse_epoch(std::string_view text) {
  const auto value = parse_hex(text);
  // Upper case would name another folder.
  return value && epoch_text(*value) == text ? value : std::nullopt;
}

std::string SegmentName::file() const {
  return fmt::format("{:016x}-{}.segment", id, thread);
}

std::optional<SegmentName> parse_segment_file(std::string_view file, std::uint64_t epoch) {
  if (file.size() < 18) return std::nullopt;
  SegmentName name{.epoch = epoch};
  const auto id = parse_hex(file.substr(0, 16));
  const auto* first = file.data() + 17;
  std::from_chars(first, file.data() + file.size(), name.thread);
  if (!id) return std::nullopt;
  name.id = *id;
  return name.file() == file ? std::optional{name} : std::nullopt;
}

std::uint64_t segment_key(const SegmentName& name) noexcept {
  const std::uint64_t parts[] = {name.epoch, name.thread, name.id};
  return XXH3_64bits(parts, sizeof parts);
}

SegmentHeader encode_header(const SegmentName& name) noexcept {
  SegmentHeader header{};
  std::memcpy(header.data(), magic, sizeof magic);
  store(header.data(), 8, std::uint32_t{layout::format_version});
  store(header.data(), 12, name.thread);
  store(header.data(), 16, name.epoch);
  store(header.data(), 24, name.id);
  store(header.data(), 56, std::uint64_t{XXH3_64bits(header.data(), 56)});
  return header;
}

std::optional<SegmentName> decode_header(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < layout::segment_header_bytes) return std::nullopt;
  const auto* base = bytes.data();
  if (std::memcmp(base, magic, sizeof magic) != 0 ||
      load<std::uint32_t>(base, 8) != layout::format_version ||
      load<std::uint64_t>(base, 56) != XXH3_64bits(base, 56)) {
    return std::nullopt;
  }
  return SegmentName{.epoch = load<std::uint64_t>(base, 16),
                     .thread = load<std::uint32_t>(base, 12),
                     .id = load<std::uint64_t>(base, 24)};
}

char* seal_record(char* at, std::size_t payload, Sequence sequence, std::uint64_t unix_ms,
                  std::uint64_t key) noexcept {
  const std::size_t bytes = layout::record_bytes(payload);
  const std::uint64_t head = head_word(payload);
  const std::size_t used = layout::record_head_bytes + payload;
  std::memset(at + used, 0, bytes - used);
  store(at, sequence_at, sequence);
  store(at, time_at, unix_ms);
  store(at, checksum_at, checksum(at, head, key));
  // What a recycled segment held before must not stand where the next record goes.
  store(at, bytes, std::uint64_t{0});
  std::atomic_ref{*static_cast<std::uint64_t*>(static_cast<void*>(at + head_at))}.store(
      head, std::memory_order_release);
  return at + bytes;
}

std::optional<Record> read_record(std::span<const std::byte> bytes, std::uint64_t key) noexcept {
  if (bytes.size() < layout::record_head_bytes) return std::nullopt;
  const auto* base = bytes.data();
  const auto head = load<std::uint64_t>(base, head_at);
  const std::size_t payload = payload_of(head);
  if (head != head_word(payload) || payload > limits::click_line_bytes_max ||
      layout::record_bytes(payload) > bytes.size() ||
      load<std::uint64_t>(base, checksum_at) != checksum(base, head, key)) {
    return std::nullopt;
  }
  const auto* line = reinterpret_cast<const char*>(base) + layout::record_head_bytes;
  return Record{.sequence = load<std::uint64_t>(base, sequence_at),
                .unix_ms = load<std::uint64_t>(base, time_at),
                .line = {line, payload}};
}

bool is_end(std::span<const std::byte> bytes) noexcept {
  return bytes.size() < layout::record_head_bytes || load<std::uint64_t>(bytes.data(), 0) == 0;
}

Sequence claimed_sequence(std::span<const std::byte> bytes) noexcept {
  return bytes.size() < layout::record_head_bytes ? 0
                                                  : load<std::uint64_t>(bytes.data(), sequence_at);
}

}  // namespace waymark::redirect
