// Id of a stream entry, `<milliseconds>-<number>`, with its neighbours. Pure.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct StreamId {
  std::uint64_t ms = 0;
  std::uint64_t number = 0;

  std::string text() const;
  // The id right before or after; 0-0 and the highest id are their own neighbours.
  StreamId previous() const noexcept;
  StreamId next() const noexcept;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

std::optional<StreamId> parse_stream_id(std::string_view text) noexcept;

// Where a consumer group stands in a stream.
struct GroupPosition {
  StreamId delivered;  // highest entry handed to any consumer, or deleted before that could be
  std::optional<StreamId> first_pending;  // lowest one handed out and not acknowledged

  // Everything up to this id has been acknowledged. `first_pending` must not have been asked before
  // `delivered`, or an entry handed out in between would count as acknowledged.
  StreamId through() const noexcept;
};

}  // namespace waymark::tracker
