// Remembers which codes have no record: a fixed table apart from the links, so that a scan for
// codes can push out nothing but other absences, and first those that nobody has come back for.
// Keys are 64-bit hashes under a secret seed; a code that collides with an absent one would answer
// 404, at odds of 2^-64.
//
// What is known of a further host of a link stands here as well (`stamp.bound`): it goes after the
// unknown codes, whose asker may come back for each of them to have it look used.
#pragma once

#include "redirect/links/stamp.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace waymark::redirect {

struct Absence {
  std::uint64_t hash = 0;  // 0: free
  Stamp stamp;
};
static_assert(sizeof(Absence) == 16);

// One per thread.
class AbsenceTable {
 public:
  static constexpr std::size_t ways = 4;

  // At most `entries_max` absences, rounded down to a power of two, at least `ways`.
  explicit AbsenceTable(std::size_t entries_max);

  Absence* find(std::uint64_t hash) noexcept;
  // Where there is no room it takes the place of the oldest of its set which was not used since it
  // came, or since all of the set were; of one that stands beside a link and came since `live_ms`
  // (clock of the stamps) only when there is no other. Never that of `kept`.
  void store(const Absence& absence, std::uint64_t live_ms, std::uint64_t kept = 0) noexcept;
  void erase(std::uint64_t hash) noexcept;

  std::size_t entries() const noexcept { return entries_; }
  std::uint64_t evictions() const noexcept { return evictions_; }

 private:
  using Set = std::array<Absence, ways>;
  // The low bits of a hash may be marks.
  Set& set_of(std::uint64_t hash) noexcept { return sets_[(hash >> 16U) & (sets_.size() - 1)]; }
  static Absence& victim_of(Set& set, std::uint64_t live_ms, std::uint64_t kept) noexcept;

  std::vector<Set> sets_;
  std::size_t entries_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace waymark::redirect
