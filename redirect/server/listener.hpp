// A listening TCP socket, raw because its thread polls it beside its clients.
#pragma once

#include "common/settings.hpp"
#include "redirect/decide/click_record.hpp"

#include <vector>

namespace waymark::redirect {

// One non-blocking socket for each thread, sharing the port by SO_REUSEPORT: the kernel spreads the
// connections. Throws StartupError naming address and remedy, also when another process of ours
// already shares the port.
std::vector<int> open_listeners(const ListenAddress& address, unsigned threads);

// The port in force, also when 0 was asked for.
std::uint16_t bound_port(int listener);

// Accepts one connection, non-blocking and without delay for small answers; -1 with errno as usual.
int accept_connection(int listener, Peer& peer) noexcept;

}  // namespace waymark::redirect
