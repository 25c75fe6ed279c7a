// The keys of a click line and how the reader finds them: one hash and one comparison per key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::detail {

enum class LineField : std::uint8_t {
  unknown,
  version,
  id,
  ts,
  code,
  host,
  link,
  campaign,
  referrer,
  visitor,
  new_visitor,
  previous,
  destination,
  rule,
  channel,
  share,
  referring_host,
  query,
  ip,
  ipk,
  user_agent,
  device,
  os,
  language,
  country,
  bot,
  list,
  outcome,
  test,
};

struct LineKey {
  std::string_view name;
  LineField field = LineField::unknown;
};

inline constexpr std::array line_keys{
    LineKey{"v", LineField::version},
    LineKey{"id", LineField::id},
    LineKey{"ts", LineField::ts},
    LineKey{"code", LineField::code},
    LineKey{"host", LineField::host},
    LineKey{"link", LineField::link},
    LineKey{"campaign", LineField::campaign},
    LineKey{"referrer", LineField::referrer},
    LineKey{"visitor", LineField::visitor},
    LineKey{"new", LineField::new_visitor},
    LineKey{"prev", LineField::previous},
    LineKey{"destination", LineField::destination},
    LineKey{"rule", LineField::rule},
    LineKey{"channel", LineField::channel},
    LineKey{"share", LineField::share},
    LineKey{"ref", LineField::referring_host},
    LineKey{"query", LineField::query},
    LineKey{"ip", LineField::ip},
    LineKey{"ipk", LineField::ipk},
    LineKey{"ua", LineField::user_agent},
    LineKey{"device", LineField::device},
    LineKey{"os", LineField::os},
    LineKey{"lang", LineField::language},
    LineKey{"country", LineField::country},
    LineKey{"bot", LineField::bot},
    LineKey{"list", LineField::list},
    LineKey{"outcome", LineField::outcome},
    LineKey{"test", LineField::test},
};

inline constexpr std::size_t line_slots = 64;

struct LineHash {
  std::uint32_t size_factor, first_factor, last_factor;

  constexpr std::size_t operator()(std::string_view name) const noexcept {
    return (static_cast<std::uint32_t>(name.size()) * size_factor +
            static_cast<std::uint8_t>(name.front()) * first_factor +
            static_cast<std::uint8_t>(name.back()) * last_factor) %
           line_slots;
  }
};

// The first factors that give every key a slot of its own; a new key finds others by itself.
inline constexpr LineHash line_hash = [] {
  for (std::uint32_t size = 1; size < 32; ++size) {
    for (std::uint32_t first = 1; first < 32; ++first) {
      for (std::uint32_t last = 1; last < 32; ++last) {
        const LineHash hash{size, first, last};
        std::uint64_t taken = 0;
        bool distinct = true;
        for (const LineKey& key : line_keys) {
          const std::uint64_t slot = std::uint64_t{1} << hash(key.name);
          distinct = distinct && (taken & slot) == 0;
          taken |= slot;
        }
        if (distinct) return hash;
      }
    }
  }
  throw "no factors keep the keys apart";  // ends the compilation
}();

inline constexpr auto line_table = [] {
  std::array<LineKey, line_slots> table{};
  for (const LineKey& key : line_keys) table[line_hash(key.name)] = key;
  return table;
}();

inline LineField line_field(std::string_view name) noexcept {
  if (name.empty()) return LineField::unknown;
  const LineKey& key = line_table[line_hash(name)];
  return key.name == name ? key.field : LineField::unknown;
}

}  // namespace waymark::detail
