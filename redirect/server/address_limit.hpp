// How many connections each address has open, of all threads together: one visitor must not take
// the room of all. Asked when a connection opens and closes, never for a request; the table holds
// no more entries than there are connections.
#pragma once

#include "redirect/server/ip_address.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace waymark::redirect {

class AddressLimit {
 public:
  // `per_address` connections for an IPv4 address or an IPv6 network of 64 bits, which is what one
  // subscriber has; 0: no limit. `seed` keeps outsiders from choosing collisions.
  AddressLimit(std::uint64_t per_address, std::uint64_t seed)
      : per_address_(per_address), seed_(seed) {}

  // False when the address has all it may have. From any thread. Each true needs its leave().
  [[nodiscard]] bool enter(const IpAddress& address);
  void leave(const IpAddress& address) noexcept;

 private:
  using Key = std::uint64_t;
  struct SeededHash {
    using is_avalanching = void;
    std::uint64_t seed = 0;
    std::size_t operator()(Key key) const noexcept;
  };
  using Counts = boost::unordered_flat_map<Key, std::uint32_t, SeededHash>;
  // Threads seldom meet in one.
  struct Shard {
    std::mutex mutex;
    Counts counts;
  };

  Shard& shard_of(Key key) noexcept;

  std::uint64_t per_address_;
  std::uint64_t seed_;
  std::array<Shard, 16> shards_;
};

}  // namespace waymark::redirect
