// The commands of the drain as awaitables, with Redis' error replies turned into values.
#pragma once

#include "common/error.hpp"
#include "common/redis/connection.hpp"
#include "tracker/drain/stream_id.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// A reply that is no error reply; else redis_refused.
boost::asio::awaitable<Result<redis::Reply>> ask(redis::Connection& connection,
                                                 redis::Command command,
                                                 std::chrono::milliseconds deadline);

// Makes sure that the stream and its group `tracker` are there (shipping.md rule 2), without
// needing memory when they are.
boost::asio::awaitable<Result<void>> prepare_stream(redis::Connection& connection,
                                                    std::string_view shard);

struct Consumer {
  std::string name;
  std::int64_t pending = 0;  // entries
};

// Consumers of the group `tracker`, whether they have something pending or not.
boost::asio::awaitable<Result<std::vector<Consumer>>> group_consumers(
    redis::Connection& connection, std::string_view shard);

// Makes what consumer `from` of the group `tracker` holds pending the property of `to`, and deletes
// `from`. Returns how many entries that were. Nobody may act as `from` meanwhile.
boost::asio::awaitable<Result<std::uint64_t>> move_pending(redis::Connection& connection,
                                                           std::string_view shard,
                                                           std::string_view from,
                                                           std::string_view to);

// Where a group stands; a missing group is made at 0, and stands there also while Redis is too full
// to make it.
boost::asio::awaitable<Result<GroupPosition>> group_position(redis::Connection& connection,
                                                             std::string_view shard,
                                                             std::string_view group);

}  // namespace waymark::tracker
