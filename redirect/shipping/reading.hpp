// What one reading of wm:stream and wm:committed says about an origin (rule 4). Pure.
#pragma once

#include "common/ranges.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

// Id of a stream entry, `<milliseconds>-<number>`.
struct EntryId {
  std::uint64_t ms = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
};
std::optional<EntryId> parse_entry_id(std::string_view text) noexcept;

struct Reading {
  std::string word{};                // incarnation of the origin's shard; empty when missing
  std::string generation{};          // of the store; empty when none is published
  std::optional<EntryId> through{};  // all entries up to it are acknowledged
  std::optional<Figure> figure{};    // of this origin
};

}  // namespace waymark::redirect
