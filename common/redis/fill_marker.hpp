// The value of wm:filled: `<store id>:<generation>:<last change>`, how much of the link set the
// copy in Redis contains (shipping.md rule 13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

struct FillMarker {
  std::string store_id;    // without ':'
  std::string generation;  // without ':'
  std::uint64_t change = 0;

  std::string text() const;
  friend bool operator==(const FillMarker&, const FillMarker&) = default;
};

// Nothing when a part is missing or empty, or the last is no number.
std::optional<FillMarker> parse_fill_marker(std::string_view text);

}  // namespace waymark
