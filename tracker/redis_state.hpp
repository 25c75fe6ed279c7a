// What the tracker knows about its two Redis servers, as JSON for /v1/status.
#pragma once

#include <string>

namespace waymark::redis {
class Connection;
}

namespace waymark::tracker {

class Mirror;

std::string redis_state(const Mirror& mirror, const redis::Connection& stream);

}  // namespace waymark::tracker
