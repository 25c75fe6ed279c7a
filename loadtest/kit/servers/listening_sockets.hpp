// Which TCP sockets of this machine listen on a port, as `ss -ltn` asks the kernel (sock_diag(7)).
// /proc/net/tcp would not do: for it the kernel walks the table of all connections, 2 ms each time,
// on a core that the load or the server wants.
#pragma once

#include <cstdint>
#include <vector>

namespace waymark::loadtest {

// Inodes of the sockets, of IPv4 and IPv6; none when the kernel does not tell.
std::vector<std::uint32_t> listening_sockets(std::uint16_t port);

}  // namespace waymark::loadtest
