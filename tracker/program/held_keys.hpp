// Which keys a Redis that is smaller than the link set holds just now.
#pragma once

#include "common/redis/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace waymark::tracker {

// One answer for each key, in order. `redis` must outlive the result.
boost::asio::awaitable<Result<std::vector<bool>>> held_keys(redis::Client& redis,
                                                            std::vector<std::string> keys,
                                                            std::chrono::milliseconds deadline);

}  // namespace waymark::tracker
