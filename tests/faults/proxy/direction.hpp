// What happens to the bytes that go one way, of all connections of a proxy.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace waymark::fault {

struct Faults {
  bool stalled = false;                    // nothing is read, so that the sender's buffers fill
  std::chrono::milliseconds delay{0};      // of each piece
  std::uint64_t bytes_per_second = 0;      // 0: as fast as it goes
  std::uint64_t garble_one_in = 0;         // flips a bit in one byte of so many; 0: in none
  std::optional<std::uint64_t> cut_after;  // so many bytes go through, then their connection is cut
};

struct Direction {
  Faults faults;
  std::mt19937_64 random;  // of garbling
  std::uint64_t bytes = 0;
  std::uint64_t garbled = 0;

  void garble(std::span<std::byte> piece) {
    if (faults.garble_one_in == 0) return;
    for (std::byte& byte : piece) {
      if (random() % faults.garble_one_in != 0) continue;
      byte ^= std::byte{1} << (random() % 8);
      ++garbled;
    }
  }
};

}  // namespace waymark::fault
