// How far a consumer group has come. Pure.
#pragma once

#include "common/redis/stream_id.hpp"

#include <optional>

namespace waymark::tracker {

struct GroupPosition {
  StreamId delivered;  // highest entry handed to any consumer, or deleted before that could be
  std::optional<StreamId> first_pending;  // lowest one handed out and not acknowledged

  // Everything up to this id has been acknowledged. `first_pending` must not have been asked before
  // `delivered`, or an entry handed out in between would count as acknowledged.
  StreamId through() const noexcept {
    return first_pending && *first_pending <= delivered ? first_pending->previous() : delivered;
  }
};

}  // namespace waymark::tracker
