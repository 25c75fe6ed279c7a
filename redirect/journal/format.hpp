// The journal on disk: names, byte layout, checksums. Pure; the page of the format with a picture
// is journal/README.md. A stored value can never change its meaning: a change means a new version.
#pragma once

#include "common/limits.hpp"
#include "common/ranges.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace waymark::redirect {

// Which segment some bytes belong to; part of every checksum in it.
struct SegmentName {
  std::uint64_t epoch = 0;
  std::uint32_t thread = 0;
  std::uint64_t id = 0;  // unique within the epoch, grows

  std::string file() const;  // <16 hex digits of id>-<thread>.segment
  friend bool operator==(const SegmentName&, const SegmentName&) = default;
};
std::optional<SegmentName> parse_segment_file(std::string_view file, std::uint64_t epoch);

std::string epoch_text(std::uint64_t epoch);  // 16 hex digits
std::optional<std::uint64_t> parse_epoch(std::string_view text);

namespace layout {
inline constexpr std::size_t segment_header_bytes = 64;
inline constexpr std::size_t record_head_bytes = 32;
inline constexpr std::size_t alignment = 8;
inline constexpr std::uint16_t format_version = 1;
inline constexpr std::uint16_t record_click = 1;

constexpr std::size_t record_bytes(std::size_t payload) noexcept {
  return (record_head_bytes + payload + alignment - 1) / alignment * alignment;
}
inline constexpr std::size_t record_bytes_max = record_bytes(limits::click_line_bytes_max);
}  // namespace layout

// What a segment's checksums start from.
std::uint64_t segment_key(const SegmentName& name) noexcept;

using SegmentHeader = std::array<std::byte, layout::segment_header_bytes>;
SegmentHeader encode_header(const SegmentName& name) noexcept;
// Empty when magic, version or checksum are wrong.
std::optional<SegmentName> decode_header(std::span<const std::byte> bytes) noexcept;

struct Record {
  Sequence sequence = 0;
  std::uint64_t unix_ms = 0;
  std::string_view line;  // with its '\n'
};

// Turns the `payload` bytes that stand at `at` + record_head_bytes into a record. The word after it
// becomes zero (the end of data) before the head is published with a release store; so there must
// be room for one more word. Returns where the next record goes.
char* seal_record(char* at, std::size_t payload, Sequence sequence, std::uint64_t unix_ms,
                  std::uint64_t key) noexcept;

// The record at the start of `bytes` (8-byte aligned), or nothing when it does not validate.
std::optional<Record> read_record(std::span<const std::byte> bytes, std::uint64_t key) noexcept;

// For reports about damage: what the bytes claim to be, without any check.
bool is_end(std::span<const std::byte> bytes) noexcept;
Sequence claimed_sequence(std::span<const std::byte> bytes) noexcept;

}  // namespace waymark::redirect
