#include "redirect/links/address_budget.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace waymark::redirect {
namespace {

constexpr std::size_t ipv6_network_bytes = 8;

std::uint64_t microseconds(double seconds) {
  return static_cast<std::uint64_t>(seconds * 1'000'000);
}

}  // namespace

AddressBudget::AddressBudget(const AddressBudgetOptions& options)
    : token_us_(options.rate > 0 ? std::max<std::uint64_t>(1, microseconds(1 / options.rate)) : 0),
      bucket_us_(options.rate > 0 ? microseconds(options.burst / options.rate) : 0),
      seed_(options.seed),
      sets_(std::bit_floor(std::max(options.addresses_max, ways) / ways)) {}

bool AddressBudget::is_spent(std::string_view address, std::uint64_t now_ms) const noexcept {
  if (!is_limited(address)) return false;
  const std::uint64_t hash = hash_of(address);
  const Set& set = sets_[place_of(hash)];
  const auto bucket = std::ranges::find(set, hash, &Bucket::hash);
  if (bucket == set.end()) return false;
  return bucket->full_at_us + token_us_ > now_ms * 1'000 + bucket_us_;
}

void AddressBudget::charge(std::string_view address, std::uint64_t now_ms) noexcept {
  if (!is_limited(address)) return;
  const std::uint64_t now_us = now_ms * 1'000;
  const std::uint64_t hash = hash_of(address);
  Set& set = sets_[place_of(hash)];
  auto bucket = std::ranges::find(set, hash, &Bucket::hash);
  if (bucket == set.end()) {
    bucket = std::ranges::min_element(set, {}, &Bucket::full_at_us);
    if (bucket->full_at_us > now_us) ++forgotten_;
    *bucket = {hash, 0};
  }
  bucket->full_at_us = std::min(std::max(bucket->full_at_us, now_us) + token_us_,
                                now_us + bucket_us_ + std::max(debt_max_us, token_us_));
}

std::uint64_t AddressBudget::hash_of(std::string_view address) const noexcept {
  if (address.size() > ipv6_network_bytes) address = address.substr(0, ipv6_network_bytes);
  return XXH3_64bits_withSeed(address.data(), address.size(), seed_);
}

}  // namespace waymark::redirect
