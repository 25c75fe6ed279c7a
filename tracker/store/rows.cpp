#include "tracker/store/rows.hpp"

namespace waymark::tracker {

Uuid first_id_of(std::uint64_t unix_ms) {
  Uuid id;
  for (std::size_t i = 6; i-- > 0; unix_ms >>= 8U) id.bytes[i] = static_cast<std::uint8_t>(unix_ms);
  return id;
}

SequenceSet OriginRow::settled() const {
  SequenceSet all = committed;
  all.add(lost);
  return all;
}

}  // namespace waymark::tracker
