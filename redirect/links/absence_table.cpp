#include "redirect/links/absence_table.hpp"

#include <algorithm>
#include <bit>

namespace waymark::redirect {

AbsenceTable::AbsenceTable(std::size_t entries_max)
    : sets_(std::bit_floor(std::max(entries_max, ways) / ways)) {}

Absence* AbsenceTable::find(std::uint64_t hash) noexcept {
  for (Absence& absence : set_of(hash)) {
    if (absence.hash == hash) return &absence;
  }
  return nullptr;
}

void AbsenceTable::store(const Absence& absence) noexcept {
  Set& set = set_of(absence.hash);
  Absence* place = find(absence.hash);
  if (place == nullptr) {
    place = &*std::ranges::min_element(set, {}, &Absence::fetched_ms);
    if (place->hash != 0) ++evictions_;
  }
  *place = absence;
}

void AbsenceTable::erase(std::uint64_t hash) noexcept {
  if (Absence* absence = find(hash)) *absence = Absence{};
}

}  // namespace waymark::redirect
