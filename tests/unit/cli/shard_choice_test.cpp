#include "tracker/cli/shard_choice.hpp"

#include "common/redis/keys.hpp"
#include "common/redis/slots.hpp"

#include <gtest/gtest.h>

#include <map>

namespace waymark::cli {
namespace {

TEST(ShardChoice, OneServerTakesTheSmallestNumber) {
  EXPECT_EQ(choose_tag({}, {}), "0");
  EXPECT_EQ(choose_tag({"0", "1", "3"}, {}), "2");
}

TEST(ShardChoice, AClusterIsFilledEvenly) {
  redis::Topology topology;
  for (std::uint16_t slot = 0; slot < redis::slots_count; ++slot) {
    const std::uint16_t port = slot < 16'000 ? 1 : slot < 16'380 ? 2 : 3;  // the last has four
    topology.move(slot, {"h", port, ""});
  }
  std::vector<std::string> tags;
  for (int i = 0; i < 9; ++i) tags.push_back(choose_tag(tags, topology));
  std::map<std::uint16_t, int> shards;
  for (const auto& tag : tags) {
    ++shards[topology.master_of(redis::slot_of(redis_keys::clicks(tag)))->port];
  }
  EXPECT_EQ(shards, (std::map<std::uint16_t, int>{{1, 3}, {2, 3}, {3, 3}}));
}

}  // namespace
}  // namespace waymark::cli
