// What the tracker knows about its two Redis servers, as JSON for /v1/status.
#pragma once

#include <string>

namespace waymark::redis {
class Client;
}

namespace waymark::tracker {

class Mirror;

std::string redis_state(const Mirror& mirror, const redis::Client& stream);

}  // namespace waymark::tracker
