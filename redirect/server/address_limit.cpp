#include "redirect/server/address_limit.hpp"

#include <xxhash.h>

#include <cstring>

namespace waymark::redirect {
namespace {

// IPv4 addresses and IPv6 networks side by side: no network of the latter in use starts with zeros.
std::uint64_t key_of(const IpAddress& address) noexcept {
  std::uint64_t key = 0;
  std::memcpy(&key, address.bytes.data(), address.size == 4 ? 4 : 8);
  return key;
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
