// Key of table uniques: who clicked on what on which UTC day (design 3.5). Stored: never change it.
//
//   visitor known:  first 6 bytes of the visitor id | XXH3-64 of visitor id, day and what (8)
//   else:           day (4) | XXH3-128 of what, ipk and agent (16)
//
// Numbers are big endian; in hashes the day is 4 bytes. "what" is the link id, or host and code
// where a link has none. The first 6 bytes of a visitor id are its time in milliseconds: keys of
// new visitors grow, and two keys can only be mistaken for one another when visitors of the same
// millisecond agree in 64 bits of hash. The two forms differ in length and never meet.
#pragma once

#include "common/click_line.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::tracker {

class UniqueKey {
 public:
  static constexpr std::size_t bytes_max = 20;

  UniqueKey() = default;
  // Takes at most bytes_max bytes.
  explicit UniqueKey(std::string_view bytes) noexcept;

  std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  // In the order of the table.
  friend auto operator<=>(const UniqueKey& a, const UniqueKey& b) { return a.view() <=> b.view(); }
  friend bool operator==(const UniqueKey& a, const UniqueKey& b) { return a.view() == b.view(); }

 private:
  std::array<char, bytes_max> bytes_{};
  std::uint8_t size_ = 0;
};

struct UniqueKeyHash {
  using is_avalanching = void;
  std::size_t operator()(const UniqueKey& key) const noexcept;
};

// Keeps its memory between calls.
class UniqueKeyMaker {
 public:
  UniqueKey of(const Click& click);

 private:
  std::string hashed_;
};

}  // namespace waymark::tracker
