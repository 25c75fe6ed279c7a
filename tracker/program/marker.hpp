// The value of wm:filled: `<store id>:<generation>:<last change>`, what the copy in Redis contains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct FillMarker {
  std::string store_id;    // without ':'
  std::string generation;  // without ':'
  std::uint64_t change = 0;

  std::string text() const;
  friend bool operator==(const FillMarker&, const FillMarker&) = default;
};

std::optional<FillMarker> parse_fill_marker(std::string_view text);

}  // namespace waymark::tracker
