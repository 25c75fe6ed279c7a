#include "tracker/cli/click_tail.hpp"

#include "common/uuid.hpp"

#include <algorithm>

namespace waymark::cli {
namespace {

// The smallest id of that moment: the time stands in the first six bytes.
std::string first_id_of(std::uint64_t unix_ms) {
  Uuid id;
  for (std::size_t i = 6; i-- > 0; unix_ms >>= 8U) id.bytes[i] = static_cast<std::uint8_t>(unix_ms);
  return id.text();
}

}  // namespace

bool ShownClicks::take(const std::string& id) {
  if (id < floor_ || !ids_.insert(id).second) return false;
  if (ids_.size() > ids_max) {
    ids_.erase(ids_.begin());
    floor_ = *ids_.begin();
  }
  return true;
}

std::string ShownClicks::read_after() const {
  if (ids_.empty()) return floor_;
  const auto newest = parse_uuid(*ids_.rbegin());
  if (!newest) return floor_;
  const auto ms = newest->unix_ms();
  return std::max(floor_, first_id_of(ms > window_ms ? ms - window_ms : 0));
}

}  // namespace waymark::cli
