// Which marker of filled links speaks for which keys. A single server has one, `wm:filled`. In a
// Cluster a master must have its own, since each may lose its data alone; and slots move between
// masters, with their keys. So there are 64 of them, `wm:filled:{<tag>}`, one in each 64th of the
// slots, which move along like any other key: every master with so many slots has some. A key is
// judged by the nearest marker of its own master. While a master has none, as when its first slots
// have just come, by the one of its part of the slots, wherever that is.
#pragma once

#include "common/redis/topology.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace waymark::redis {

inline constexpr std::size_t fill_tags_count = 64;

// The keys of all markers. The tag of part n is the smallest number whose slot is in
// [256 n, 256 n + 255].
const std::array<std::string, fill_tags_count>& fill_marker_keys();

// Index of the marker that speaks for the keys of a slot.
std::size_t fill_tag_of(std::uint16_t slot, const Topology& topology);

}  // namespace waymark::redis
