// What is to be done to the deployment during a run, and when: `redis-stall@10s+2s,kill-edge@20s`.
// NAME-stall stops a process (SIGSTOP) for the time after `+`, kill-NAME kills it (SIGKILL); names
// are those of the servers (servers/server.hpp). chaos_runner.hpp carries it out.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::loadtest {

struct ChaosAction {
  enum class Kind { stall, kill };
  Kind kind;
  std::string what;    // "redis-stall", as it was written
  std::string target;  // "redis"
  std::chrono::milliseconds at;
  std::chrono::milliseconds lasts;  // of a stall; 0 for a kill
};

namespace limits {
inline constexpr std::size_t chaos_actions_max = 100;
}

// In the order of time. Throws StartupError (exit 2) that names the part and what was expected.
std::vector<ChaosAction> parse_chaos(std::string_view text);

}  // namespace waymark::loadtest
