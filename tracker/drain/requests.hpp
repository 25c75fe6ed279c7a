// The commands of the drain as awaitables, with Redis' error replies turned into values.
#pragma once

#include "common/error.hpp"
#include "common/redis/client.hpp"
#include "tracker/drain/group_position.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

// A reply that is no error reply; else redis_refused.
boost::asio::awaitable<Result<redis::Reply>> ask(redis::Client& connection, redis::Command command,
                                                 std::chrono::milliseconds deadline);

// Makes sure that the stream and its group `tracker` are there (shipping.md rule 2), without
// needing memory when they are. A shard that was removed (others are listed, it is not) is drained
// while its stream is there, and not_found afterwards.
boost::asio::awaitable<Result<void>> prepare_stream(redis::Client& connection,
                                                    std::string_view shard);

struct Consumer {
  std::string name;
  std::int64_t pending = 0;  // entries
};

// Consumers of the group `tracker`, whether they have something pending or not.
boost::asio::awaitable<Result<std::vector<Consumer>>> group_consumers(redis::Client& connection,
                                                                      std::string_view shard);

// Makes what consumer `from` of the group `tracker` holds pending the property of `to`, and deletes
// `from`. Returns how many entries that were. Nobody may act as `from` meanwhile.
boost::asio::awaitable<Result<std::uint64_t>> move_pending(redis::Client& connection,
                                                           std::string_view shard,
                                                           std::string_view from,
                                                           std::string_view to);

// Whether `consumer` of the group `tracker` has an entry pending for at least `age`. False when
// Redis does not tell.
boost::asio::awaitable<bool> has_pending(redis::Client& connection, std::string_view shard,
                                         std::string_view consumer, std::chrono::milliseconds age);

// Where a group stands; a missing group is made at 0, and stands there also while Redis is too full
// to make it.
boost::asio::awaitable<Result<GroupPosition>> group_position(redis::Client& connection,
                                                             std::string_view shard,
                                                             std::string_view group);

}  // namespace waymark::tracker
