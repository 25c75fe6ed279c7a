// What the tracker knows about its two Redis servers, as JSON for /v1/status.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <string>

namespace waymark::redis {
class Client;
}

namespace waymark::tracker {

class Mirror;

// Asks `stream` for the consumers of the drain's groups: none are shown while it does not answer,
// which is waited for some seconds at most. Both outlive the call.
boost::asio::awaitable<std::string> redis_state(const Mirror& mirror, redis::Client& stream);

}  // namespace waymark::tracker
