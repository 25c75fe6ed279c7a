// What a million cached links take: at most 400 bytes each, everything included.
#include "bench/support/link_memory.hpp"

#include <gtest/gtest.h>

namespace waymark::bench {
namespace {

TEST(LinkMemory, SlotAndIndexTakeLittleAndTheBudgetIsHonest) {
  const LinkMemory memory = measure_link_memory(100'000);
  EXPECT_EQ(memory.links, 100'000U);
  EXPECT_LE(redirect::SieveStore::entry_bytes, 80U);
  // What cache.bytes counts is what the allocator gave, within its own rounding.
  EXPECT_NEAR(memory.bytes_counted, memory.bytes_taken, 0.1 * memory.bytes_taken);
}

TEST(LinkMemory, ALinkTakesAtMost400Bytes) {
  const LinkMemory memory = measure_link_memory(100'000);
  EXPECT_LE(memory.bytes_taken, 400);
}

TEST(LinkMemory, ThreadsShareTheLinkAndTheBudgetKnows) {
  const double one = measure_link_memory(50'000, 1).bytes_taken;
  const LinkMemory memory = measure_link_memory(50'000, 4);
  EXPECT_LE(memory.bytes_taken, one + 3 * 80);
  EXPECT_NEAR(memory.bytes_counted, memory.bytes_taken, 0.1 * memory.bytes_taken);
}

// An index that grows in steps takes tens of milliseconds for the last of them.
TEST(LinkMemory, NoVisitorWaitsUntilTheIndexHasGrown) {
  EXPECT_LT(measure_link_memory(450'000).longest_store_us, 10'000);
}

}  // namespace
}  // namespace waymark::bench
