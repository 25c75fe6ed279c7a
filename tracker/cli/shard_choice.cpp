#include "tracker/cli/shard_choice.hpp"

#include "common/redis/keys.hpp"
#include "common/redis/slots.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace waymark::cli {
namespace {

// Enough to find one for a master with a handful of slots.
constexpr unsigned numbers_tried = 100'000;

const redis::Address* master_of(const std::string& tag, const redis::Topology& topology) {
  return topology.master_of(redis::slot_of(redis_keys::clicks(tag)));
}

}  // namespace

std::string choose_tag(const std::vector<std::string>& tags, const redis::Topology& topology) {
  const auto shards_on = [&](const redis::Address& master) {
    return std::ranges::count_if(tags, [&](const std::string& tag) {
      const auto* const its = master_of(tag, topology);
      return its != nullptr && *its == master;
    });
  };
  std::ptrdiff_t fewest = std::numeric_limits<std::ptrdiff_t>::max();
  for (const auto& master : topology.masters()) fewest = std::min(fewest, shards_on(master));
  std::string smallest;
  for (unsigned number = 0; number < numbers_tried; ++number) {
    std::string tag = std::to_string(number);
    if (std::ranges::find(tags, tag) != tags.end()) continue;
    if (topology.masters().empty()) return tag;
    const auto* const master = master_of(tag, topology);
    if (master != nullptr && shards_on(*master) == fewest) return tag;
    if (smallest.empty()) smallest = std::move(tag);
  }
  return smallest;
}

}  // namespace waymark::cli
