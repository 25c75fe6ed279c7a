#include "common/redis/fill_tags.hpp"

#include "common/redis/keys.hpp"

#include <fmt/format.h>

namespace waymark::redis {
namespace {

constexpr std::size_t part_slots = slots_count / fill_tags_count;

std::array<std::string, fill_tags_count> make_keys() {
  std::array<std::string, fill_tags_count> keys;
  std::size_t found = 0;
  for (unsigned number = 0; found < keys.size(); ++number) {
    const std::string tag = fmt::format("{}", number);
    std::string& key = keys[slot_of(tag) / part_slots];
    if (!key.empty()) continue;
    key = redis_keys::filled_of(tag);
    ++found;
  }
  return keys;
}

std::array<std::uint16_t, fill_tags_count> make_slots() {
  std::array<std::uint16_t, fill_tags_count> slots{};
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = slot_of(fill_marker_keys()[i]);
  return slots;
}

}  // namespace

const std::array<std::string, fill_tags_count>& fill_marker_keys() {
  static const auto keys = make_keys();
  return keys;
}

std::size_t fill_tag_of(std::uint16_t slot, const Topology& topology) {
  static const auto slots = make_slots();
  const std::size_t own = slot / part_slots;
  const Address* const master = topology.master_of(slot);
  for (std::size_t distance = 0; distance < fill_tags_count; ++distance) {
    for (const std::size_t index : {own + distance, own + fill_tags_count - distance}) {
      const std::size_t tag = index % fill_tags_count;
      if (topology.master_of(slots[tag]) == master) return tag;
    }
  }
  return own;
}

}  // namespace waymark::redis
