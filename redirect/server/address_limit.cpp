#include "redirect/server/address_limit.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>

namespace waymark::redirect {
namespace {

// IPv4 addresses and IPv6 networks side by side: an IPv4 address stands behind four zero octets,
// with which no IPv6 network of visitors begins.
std::uint64_t key_of(const IpAddress& address) noexcept {
  std::array<std::uint8_t, sizeof(std::uint64_t)> octets{};
  const bool v4 = address.size == 4;
  std::copy_n(address.bytes.begin(), v4 ? 4 : 8, octets.begin() + (v4 ? 4 : 0));
  return std::bit_cast<std::uint64_t>(octets);
}

}  // namespace

std::size_t AddressLimit::SeededHash::operator()(Key key) const noexcept {
  return XXH3_64bits_withSeed(&key, sizeof key, seed);
}

AddressLimit::Shard& AddressLimit::shard_of(Key key) noexcept {
  return shards_[(SeededHash{seed_}(key) >> 60U) % shards_.size()];
}

bool AddressLimit::enter(const IpAddress& address) {
  if (per_address_ == 0) return true;
  const Key key = key_of(address);
  Shard& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  std::uint32_t& count = shard.counts[key];
  if (count >= per_address_) return false;
  ++count;
  return true;
}

void AddressLimit::leave(const IpAddress& address) noexcept {
  if (per_address_ == 0) return;
  const Key key = key_of(address);
  Shard& shard = shard_of(key);
  const std::lock_guard lock{shard.mutex};
  const auto at = shard.counts.find(key);
  if (at != shard.counts.end() && --at->second == 0) shard.counts.erase(at);
}

}  // namespace waymark::redirect
