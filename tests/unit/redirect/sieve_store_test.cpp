#include "redirect/links/sieve_store.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

std::shared_ptr<const ResolvedLink> some_link() {
  LinkRecord record;
  record.destination = "https://s.example/";
  return resolve_link("a", record, resolve_campaign("", CampaignRecord{}, true));
}

// Hashes in the order in which they would be forgotten.
std::vector<std::uint64_t> forgotten(SieveStore& store) {
  std::vector<std::uint64_t> hashes;
  while (CacheSlot* victim = store.victim(nullptr)) {
    hashes.push_back(victim->hash);
    store.remove(*victim);
  }
  return hashes;
}

SieveStore store_of(std::initializer_list<std::uint64_t> hashes) {
  SieveStore store;
  for (const std::uint64_t hash : hashes) store.add(hash, some_link());
  return store;
}

TEST(SieveStore, ForgetsInOrderWhatNobodyUses) {
  SieveStore store = store_of({1, 3, 5, 7});
  EXPECT_EQ(forgotten(store), (std::vector<std::uint64_t>{1, 3, 5, 7}));
  EXPECT_EQ(store.size(), 0U);
}

TEST(SieveStore, WhatWasUsedStaysForARound) {
  SieveStore store = store_of({1, 3, 5, 7});
  store.find(1)->stamp.visited = true;
  store.find(5)->stamp.visited = true;
  EXPECT_EQ(forgotten(store), (std::vector<std::uint64_t>{3, 7, 1, 5}));
}

// The property that resists scans: the hand goes on where it was, and meets newcomers before it
// meets again what has proven itself.
TEST(SieveStore, NewcomersLeaveBeforeWhatProvedItself) {
  SieveStore store = store_of({1, 3});
  store.find(1)->stamp.visited = true;
  store.find(3)->stamp.visited = true;
  for (std::uint64_t scanned = 101; scanned < 201; scanned += 2) {
    store.add(scanned, some_link());
    CacheSlot* const victim = store.victim(nullptr);
    EXPECT_EQ(victim->hash, scanned);
    store.remove(*victim);
    store.find(1)->stamp.visited = true;
    store.find(3)->stamp.visited = true;
  }
}

// A round over a million of them would take 20 ms of a visitor's time.
TEST(SieveStore, WhereAllWereUsedItDoesNotLookAtAll) {
  SieveStore store;
  const auto link = some_link();
  for (std::uint64_t hash = 1; hash <= 3 * SieveStore::looks_max; ++hash) {
    store.add(hash, link).stamp.visited = true;
  }
  CacheSlot* const victim = store.victim(nullptr);
  ASSERT_NE(victim, nullptr);
  EXPECT_EQ(victim->hash, SieveStore::looks_max);
  EXPECT_FALSE(store.find(1)->stamp.visited) << "it has been looked at";
  EXPECT_TRUE(store.find(SieveStore::looks_max + 1)->stamp.visited) << "it has not";
}

TEST(SieveStore, NeverNamesTheOneThatIsKept) {
  SieveStore store = store_of({1, 3});
  EXPECT_EQ(store.victim(store.find(1))->hash, 3U);
  store.remove(*store.find(3));
  EXPECT_EQ(store.victim(store.find(1)), nullptr);
}

TEST(SieveStore, FindsEverythingThroughGrowthAndRemoval) {
  SieveStore store;
  constexpr std::uint64_t count = 10'000;
  for (std::uint64_t i = 1; i <= count; ++i) store.add(i, some_link());
  for (std::uint64_t i = 1; i <= count; i += 2) store.remove(*store.find(i));
  for (std::uint64_t i = 1; i <= count; ++i) {
    CacheSlot* const slot = store.find(i);
    ASSERT_EQ(slot != nullptr, i % 2 == 0) << i;
    ASSERT_EQ(slot != nullptr ? slot->hash : i, i);
  }
  EXPECT_EQ(forgotten(store).size(), count / 2);
}

}  // namespace
}  // namespace waymark::redirect
