// The system that `waymark up` runs on this machine: which programs, with which flags, at which
// addresses. Plans only; supervisor.hpp runs it.
#pragma once

#include "tracker/cli/state_folder.hpp"
#include "tracker/cli/up/child_process.hpp"

#include <cstdint>
#include <set>

namespace waymark::cli {

struct LocalSystem {
  RunningSystem addresses;
  ProgramLine redis;
  ProgramLine tracker;
  ProgramLine edge;
};

// Finds the programs, makes folders and a keys file where missing, chooses free ports. Throws
// StartupError naming what is missing and the remedy (exit 69 without redis-server).
LocalSystem plan_local_system(const StateFolder& folder);

// The first port from `wanted` up that nobody listens on at 127.0.0.1 and that is not in `taken`,
// to which it is added. Throws StartupError after 100 attempts.
std::uint16_t free_port(std::uint16_t wanted, std::set<std::uint16_t>& taken);

}  // namespace waymark::cli
