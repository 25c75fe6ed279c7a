// The deployment that `waymark up` runs on this machine, found by its folder
// ($XDG_STATE_HOME/waymark): the address of its API, the file of its key, its three processes.
#pragma once

#include "loadtest/kit/servers/server.hpp"

#include <string>
#include <vector>

namespace waymark::loadtest {

struct Deployment {
  std::string api;  // http://127.0.0.1:8090
  std::string api_key_file;
  std::vector<Server> servers;  // edge, tracker, redis: found again when `up` has restarted them
};

// Throws StartupError when nothing runs there.
Deployment read_deployment(const std::string& folder);

}  // namespace waymark::loadtest
