// The language of the proxy, one command a line. WAY is `up` (to the server) or `down`; without it
// both are meant.
//
//   pass                    everything is as without a proxy, for connections of now and later
//   delay MS [WAY]          each piece waits
//   limit BYTES [WAY]       a second
//   stall [WAY]             nothing is read any more, connections stay
//   garble ONE_IN SEED [WAY]  flips a bit in one byte of so many
//   cut                     every connection ends with RST
//   cut-after BYTES WAY     so many bytes go through, then their connection ends with RST
//   half-close WAY          who is at the end of that way sees the end of the stream
//   refuse                  nobody listens; connections that are there stay
//   server ADDRESS          new connections go elsewhere
//   counts                  answers `connections=N open=N up=N down=N garbled=N`
#pragma once

#include "tests/faults/proxy/proxy.hpp"

#include <string>
#include <string_view>

namespace waymark::fault {

// Obeys, and answers `ok`, the counts, or `error: what is wrong with the command`.
std::string obey(Proxy& proxy, std::string_view line);

}  // namespace waymark::fault
