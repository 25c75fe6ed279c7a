// Opens one listening socket of each kind. Every failure is a StartupError that names the address
// and what can be done.
#pragma once

#include "common/settings.hpp"
#include "redirect/server/listen_spec.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace waymark::redirect {

// `count` sockets that share the port by SO_REUSEPORT. A free port is chosen when the address has
// port 0, and entered there. An address without host means every address: one socket for IPv6 and
// IPv4, or for IPv4 alone where the kernel has no IPv6. An IPv6 host means IPv6 alone.
std::vector<int> open_tcp(ListenAddress& address, std::size_t count);

// A socket in the file system, open to all users of the machine (mode 0666; the folder decides who
// gets there). A file that a dead process left is replaced, never one that somebody answers on.
int open_unix(const std::string& path);

// The sockets that were passed under that name by systemd's protocol (LISTEN_FDS, LISTEN_PID,
// LISTEN_FDNAMES): at least one, all of them listening streams, made non-blocking.
std::vector<int> activated_sockets(const std::string& name);

// The names of those that were passed and that no spec names: who connects there waits for nobody.
std::vector<std::string> unused_sockets(const std::vector<ListenSpec>& specs);

}  // namespace waymark::redirect
