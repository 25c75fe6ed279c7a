// Processes of this machine, as /proc shows them. What cannot be read (another user's, ended
// meanwhile) is left out.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waymark::loadtest {

std::vector<::pid_t> children_of(::pid_t pid);
// The process, its children, theirs, and so on; empty when it is gone.
std::vector<::pid_t> tree_of(::pid_t pid);
// Name of its program: `nginx`. Empty when it is gone.
std::string program_of(::pid_t pid);
std::optional<::uid_t> owner_of(::pid_t pid);

// Who listens on a TCP port of this machine, of several (a master and its workers) the oldest
// ancestor. Only those whose descriptors this user may read are found. `seen_last` (0: nobody) is
// looked at first: all others take milliseconds.
std::optional<::pid_t> listener_on(std::uint16_t port, ::pid_t seen_last = 0);

struct ProcessMemory {
  std::uint64_t rss_bytes = 0;
  std::uint64_t anon_bytes = 0;  // without mapped files
};
ProcessMemory memory_of(::pid_t pid);
// CPU time of all its threads, ended ones included, in nanoseconds; nothing when it is gone.
std::optional<std::uint64_t> cpu_ns_of(::pid_t pid);

}  // namespace waymark::loadtest
