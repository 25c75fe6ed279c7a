// Many commands at once, whichever servers they go to.
#pragma once

#include "common/error.hpp"
#include "common/redis/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <vector>

namespace waymark::tracker {

// One reply for each command, in order, error replies included; fails when any of them had none.
// `redis` must outlive the result.
boost::asio::awaitable<Result<std::vector<redis::Reply>>> ask_all(
    redis::Client& redis, std::vector<redis::Command> commands, std::chrono::milliseconds deadline);

// The same for commands that are carried out together, each list on keys of one slot.
boost::asio::awaitable<Result<std::vector<redis::Reply>>> transact_all(
    redis::Client& redis, std::vector<std::vector<redis::Command>> transactions,
    std::chrono::milliseconds deadline);

}  // namespace waymark::tracker
