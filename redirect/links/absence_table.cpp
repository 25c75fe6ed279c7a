#include "redirect/links/absence_table.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace waymark::redirect {

AbsenceTable::AbsenceTable(std::size_t entries_max)
    : sets_(std::bit_floor(std::max(entries_max, ways) / ways)) {}

Absence* AbsenceTable::find(std::uint64_t hash) noexcept {
  for (Absence& absence : set_of(hash)) {
    if (absence.hash == hash) return &absence;
  }
  return nullptr;
}

Absence& AbsenceTable::victim_of(Set& set, std::uint64_t live_ms, std::uint64_t kept) noexcept {
  const auto rank = [&](const Absence& absence) {
    const bool is_kept = absence.hash != 0 && absence.hash == kept;
    const bool beside_link = absence.stamp.bound && absence.stamp.fetched_ms >= live_ms;
    return std::tuple{is_kept, beside_link, absence.stamp.visited, absence.stamp.fetched_ms};
  };
  Absence& victim = *std::ranges::min_element(set, {}, rank);
  if (victim.stamp.visited) {
    for (Absence& absence : set) absence.stamp.visited = false;
  }
  return victim;
}

void AbsenceTable::store(const Absence& absence, std::uint64_t live_ms,
                         std::uint64_t kept) noexcept {
  Absence* place = find(absence.hash);
  if (place == nullptr) {
    place = &victim_of(set_of(absence.hash), live_ms, kept);
    ++(place->hash != 0 ? evictions_ : entries_);
  }
  *place = absence;
}

void AbsenceTable::erase(std::uint64_t hash) noexcept {
  Absence* const absence = find(hash);
  if (absence == nullptr) return;
  *absence = Absence{};
  --entries_;
}

}  // namespace waymark::redirect
