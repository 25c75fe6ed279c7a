// The click stream as GET /v1/stream shows it: shards, groups, and what edges report.
#pragma once

#include "common/error.hpp"
#include "common/redis/client.hpp"
#include "tracker/drain/options.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <cstdint>

namespace waymark::tracker {

// Asks Redis: a handful of commands for each shard. Fails like the connection.
boost::asio::awaitable<Result<boost::json::object>> stream_info(redis::Client& redis,
                                                                const DrainOptions& options,
                                                                std::uint64_t now_ms);

}  // namespace waymark::tracker
