// The file form of a mix, for load generators and other tools:
//
//   <bytes> <status> <kind>\n    size of the request; expected status, 0 when not fixed; kind
//   <the request>
//
// repeated to the end of the file.
#pragma once

#include "loadtest/mix/mix.hpp"

#include <ostream>
#include <span>

namespace waymark::mix {

void write_mix_file(std::ostream& out, std::span<const MixRequest> mix);

// One HSET command per line, words between single spaces, no quoting: no text of a mix
// holds a space or a quote. For redis-cli.
void write_redis_commands(std::ostream& out, std::span<const MixRecord> records);

}  // namespace waymark::mix
