// How many unknown codes each client address may still ask for, or QR codes have drawn: what stops
// somebody who guesses codes without spending the budget of everybody else (LinkSource has that
// one, QrDesk that of drawings). A token bucket for each address (IPv6: each /64, which is what one
// customer has) in a table of fixed size, one for each thread.
//
// Approximate where exactness would need memory that grows: an address lands in one set of four
// buckets, and where a fifth address needs room, the fullest bucket is forgotten, which then starts
// full again. So a flood of addresses can only make the limit milder, never hit somebody else.
//
// A bucket is kept as the moment at which it will be full again: one number, no refilling.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace waymark::redirect {

struct AddressBudgetOptions {
  double rate = 0;   // tokens a second; 0: no limit
  double burst = 1;  // of a full bucket
  std::size_t addresses_max = 16'384;
  std::uint64_t seed = 0;  // secret: outsiders must not choose whom they share a set with
};

// One per thread.
class AddressBudget {
 public:
  static constexpr std::size_t ways = 4;
  // What is asked for at the same moment is charged when the answers come, so that an address may
  // run into debt; this much of it is remembered.
  static constexpr std::uint64_t debt_max_us = 60'000'000;

  explicit AddressBudget(const AddressBudgetOptions& options);

  // `address`: 4 or 16 bytes in network order. An empty one (Unix sockets) has no limit.
  bool is_spent(std::string_view address, std::uint64_t now_ms) const noexcept;
  void charge(std::string_view address, std::uint64_t now_ms) noexcept;

  // Buckets forgotten before they were full.
  std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Bucket {
    std::uint64_t hash = 0;
    std::uint64_t full_at_us = 0;  // 0: free
  };
  using Set = std::array<Bucket, ways>;

  bool is_limited(std::string_view address) const noexcept {
    return token_us_ > 0 && !address.empty();
  }
  std::uint64_t hash_of(std::string_view address) const noexcept;
  std::size_t place_of(std::uint64_t hash) const noexcept {
    return (hash >> 16U) & (sets_.size() - 1);
  }

  std::uint64_t token_us_;   // in which one token comes back; 0: no limit
  std::uint64_t bucket_us_;  // in which an empty bucket fills
  std::uint64_t seed_;
  std::vector<Set> sets_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace waymark::redirect
