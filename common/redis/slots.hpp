// Slots of a Redis Cluster: which of 16384 a key belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redis {

inline constexpr std::size_t slots_count = 16'384;

// By CRC16 (XMODEM) of the key, or of what stands between its first { and the next } when that is
// not empty.
std::uint16_t slot_of(std::string_view key) noexcept;

}  // namespace waymark::redis
