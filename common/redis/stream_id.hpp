// Id of a stream entry, `<milliseconds>-<number>`, with its neighbours. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark {

struct StreamId {
  std::uint64_t ms = 0;
  std::uint64_t number = 0;

  std::string text() const;
  // The id right before or after; 0-0 and the highest id are their own neighbours.
  StreamId previous() const noexcept;
  StreamId next() const noexcept;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

// Nothing when it is not both numbers and the dash.
std::optional<StreamId> parse_stream_id(std::string_view text) noexcept;

}  // namespace waymark
