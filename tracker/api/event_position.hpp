// Where a listener stands in the click stream: the id of an event, which comes back as
// `Last-Event-ID`. One place for each shard, `<tag>:<entry>` or `<tag>:<entry>/<lines>`, with
// commas between them:
//
//   0:1718360049300-0             everything up to and with this entry
//   0:1718360049300-0/3           everything before it, and its first three lines
//   0:1718360049300-0/3,b:5-1     of two shards
//
// Pure.
#pragma once

#include "common/redis/stream_id.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct ShardPlace {
  StreamId entry;
  std::size_t lines = 0;  // of that entry; 0: all of it

  // What to read after: an entry that is done in part comes again.
  StreamId read_after() const noexcept { return lines == 0 ? entry : entry.previous(); }
  friend bool operator==(const ShardPlace&, const ShardPlace&) = default;
};

using EventPosition = std::map<std::string, ShardPlace>;  // by tag

std::string event_id(const EventPosition& position);
// Nothing for a text that is no id of an event.
std::optional<EventPosition> parse_event_id(std::string_view text);

}  // namespace waymark::tracker
