// What a snapshot of known links is made of (README.md of this folder has the bytes): records as
// they stood in Redis, so that they are validated and compiled anew when they are loaded.
#pragma once

#include "common/records.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace waymark::redirect::snapshot {

inline constexpr std::string_view magic = "wmlinks\n";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_bytes = 12;             // magic and version
inline constexpr std::size_t frame_bytes = 12;              // length and checksum of an entry
inline constexpr std::size_t entry_bytes_max = 128 * 1024;  // two records at their limit, and more

struct Campaign {
  std::string id;
  RecordFields fields;
};
struct Domain {
  std::string host;
  RecordFields fields;
};
// The answer to a lookup: a part without fields is a record that is not there.
struct Lookup {
  struct Part {
    std::string code;  // of the record, which is another's where an alias led to it
    RecordFields fields;
  };
  std::string host, code;
  Part bound, any;
};
// The last entry of a file: how many stand before it.
struct End {
  std::uint64_t entries = 0;
};

struct Entry {
  std::uint64_t unix_ms = 0;  // when Redis said so
  std::variant<Campaign, Domain, Lookup, End> what;
};

std::string header();
// The payload of an entry, without its frame.
std::string encode(const Entry& entry);
// Nothing when the bytes are no entry.
std::optional<Entry> decode(std::string_view payload);

// Appends frame and payload.
void append_framed(std::string& out, std::string_view payload);
std::uint64_t checksum(std::string_view payload) noexcept;

// Cheap looks into a payload that encode() made. A later entry of the same key replaces an earlier.
struct Glance {
  char kind = 0;  // 'c', 'd', 'l', 'e'
  std::uint64_t unix_ms = 0;
  std::string_view key;  // its name: of a lookup host/code
};
std::optional<Glance> glance(std::string_view payload);

}  // namespace waymark::redirect::snapshot
