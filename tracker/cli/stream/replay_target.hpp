// The stream that `waymark click replay` fills: entries of the documented form, never more than a
// fixed number that somebody has yet to read, and a note beside it (`<STREAM>:replay`) that says
// how far the replay is.
#pragma once

#include "tracker/cli/redis_query.hpp"
#include "tracker/cli/stream/click_pages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::cli {

struct ReplayState {
  ClickRange range;
  std::string epoch;        // of the origin that the entries name; new for each replay
  std::uint64_t first = 1;  // number of the next line
};

class ReplayTarget {
 public:
  // `redis` is connected and outlives this. Throws StartupError (exit 2) for a key of Waymark's
  // own.
  ReplayTarget(RedisQuery& redis, std::string key, std::size_t entries_max = 4'096);

  // What an earlier replay left; nothing when there is none.
  std::optional<ReplayState> begun();
  // Makes entries of the lines, then notes the state: a replay that is cut off in between repeats
  // lines, and loses none. Throws CommandFailure.
  void add(std::string_view lines, ReplayState& state);
  void finish();

  // Whether there is room for more. Trims what every group has acknowledged to make some. Throws
  // CommandFailure when it is full and no group reads it.
  bool has_room();

 private:
  redis::Reply ask(redis::Command command);
  void add_entry(std::string_view body, ReplayState& state);
  void trim_acknowledged();

  RedisQuery& redis_;
  std::string key_;
  std::size_t entries_max_;
};

}  // namespace waymark::cli
