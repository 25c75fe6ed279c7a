#include "redirect/links/link_cache.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t host = 1;
constexpr std::uint64_t other_host = 2;

CacheOptions small_cache() {
  CacheOptions options;
  options.bytes_max = 1'000'000;
  options.absences_max = 1'024;
  options.refresh_ms = 60'000;
  options.stale_max_ms = 600'000;
  options.unknown_ms = 10'000;
  options.seed = 42;
  return options;
}

std::shared_ptr<const ResolvedLink> link_of(const std::string& code,
                                            const std::string& destination = "https://s.example/") {
  LinkRecord record;
  record.destination = destination;
  return resolve_link(code, record, resolve_campaign("", CampaignRecord{}, true));
}

LookupResult common(const std::string& code) {
  return {LookupStatus::answered, nullptr, link_of(code), nullptr};
}
LookupResult unknown() {
  return {LookupStatus::answered, nullptr, nullptr, nullptr};
}

TEST(LinkCache, KnowsWhatItWasTold) {
  LinkCache cache{small_cache()};
  EXPECT_EQ(cache.find(host, "a", 1'000, false).use, Use::wait);
  cache.store(host, "a", common("a"), 1'000);
  const Found found = cache.find(host, "a", 1'000, false);
  EXPECT_EQ(found.use, Use::now);
  ASSERT_NE(found.link, nullptr);
  EXPECT_EQ(found.link->code(), "a");
}

TEST(LinkCache, AnotherHostMustBeAskedForFirst) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  EXPECT_EQ(cache.find(other_host, "a", 1'000, false).use, Use::wait);
}

TEST(LinkCache, TheLinkOfTheHostWins) {
  LinkCache cache{small_cache()};
  LookupResult both{LookupStatus::answered, link_of("a", "https://bound.example/"),
                    link_of("a", "https://any.example/"), nullptr};
  cache.store(host, "a", both, 1'000);
  EXPECT_EQ(cache.find(host, "a", 1'000, false).link->landing().text, "https://bound.example/");
  cache.store(host, "a", common("a"), 2'000);  // it was deleted
  EXPECT_EQ(cache.find(host, "a", 2'000, false).link->landing().text, "https://s.example/");
}

TEST(LinkCache, UnknownCodesAreRememberedForAShortTime) {
  LinkCache cache{small_cache()};
  cache.store(host, "x", unknown(), 1'000);
  const Found found = cache.find(host, "x", 11'000, false);
  EXPECT_EQ(found.use, Use::now);
  EXPECT_EQ(found.link, nullptr);
  EXPECT_EQ(cache.find(host, "x", 11'001, false).use, Use::wait);
}

TEST(LinkCache, HitsDoNotExtendAnAge) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  EXPECT_EQ(cache.find(host, "a", 45'999, false).use, Use::now);
  EXPECT_EQ(cache.find(host, "a", 46'000, false).use, Use::and_refresh);
  EXPECT_EQ(cache.find(host, "a", 46'500, false).use, Use::now) << "one refresh is under way";
  EXPECT_EQ(cache.find(host, "a", 60'999, false).use, Use::and_refresh);
  EXPECT_EQ(cache.find(host, "a", 61'000, false).use, Use::wait);
}

TEST(LinkCache, WithRedisAwayOldLinksServeUntilStaleMax) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  const Found found = cache.find(host, "a", 300'000, true);
  EXPECT_NE(found.use, Use::wait);
  EXPECT_NE(found.link, nullptr);
  EXPECT_EQ(cache.find(host, "a", 601'001, true).use, Use::wait);
}

TEST(LinkCache, AChangedLinkMustBeWaitedFor) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  cache.changed(LinkCache::any_host, "a");
  EXPECT_EQ(cache.find(host, "a", 1'001, false).use, Use::wait);
  EXPECT_NE(cache.find(host, "a", 1'001, true).link, nullptr) << "unless Redis is away";
}

TEST(LinkCache, AChangeReachesCodesRememberedAsUnknown) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", unknown(), 1'000);
  cache.changed(LinkCache::any_host, "a");
  EXPECT_EQ(cache.find(host, "a", 1'001, false).use, Use::wait);
  cache.store(host, "a", unknown(), 1'002);
  cache.changed(host, "a");
  EXPECT_EQ(cache.find(host, "a", 1'003, false).use, Use::wait);
}

TEST(LinkCache, AnAnswerOvertakenByChangesIsAskedForAgain) {
  LinkCache cache{small_cache()};
  LookupResult result = common("a");
  result.outdated = true;
  cache.store(host, "a", result, 1'000);
  const Found found = cache.find(host, "a", 1'000, false);
  EXPECT_EQ(found.use, Use::wait);
  EXPECT_EQ(found.asking, Asking::known_again);
}

TEST(LinkCache, AnAnswerIsAsOldAsItsOldestPart) {
  LinkCache cache{small_cache()};
  LookupResult result = common("a");
  result.age_ms = 40'000;
  cache.store(host, "a", result, 100'000);
  EXPECT_EQ(cache.find(host, "a", 104'999, false).use, Use::now);
  EXPECT_EQ(cache.find(host, "a", 120'000, false).use, Use::wait);
}

// The budget for unknown codes is charged by what is asked (shipping.md rule 16).
TEST(LinkCache, SaysWhyAKeyHasToBeAskedFor) {
  LinkCache cache{small_cache()};
  EXPECT_EQ(cache.find(host, "a", 1'000, false).asking, Asking::unheard);
  cache.store(host, "a", common("a"), 1'000);
  EXPECT_EQ(cache.find(other_host, "a", 1'000, false).asking, Asking::other_host);
  EXPECT_EQ(cache.find(host, "a", 50'000, false).asking, Asking::known_again);
}

TEST(LinkCache, AChangedCampaignReachesItsLinks) {
  LinkCache cache{small_cache()};
  LinkRecord record;
  record.destination = "https://s.example/";
  record.campaign = "camp";
  auto campaign = resolve_campaign("camp", CampaignRecord{}, true);
  cache.store(host, "a",
              {LookupStatus::answered, nullptr, resolve_link("a", record, campaign), nullptr},
              1'000);
  EXPECT_EQ(cache.find(host, "a", 1'001, false).use, Use::now);
  campaign->outdated = true;
  EXPECT_EQ(cache.find(host, "a", 1'001, false).use, Use::wait);
}

TEST(LinkCache, AfterALossOfTrackingEverythingIsUsedAndRefreshed) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  cache.mark_all_due(1'000);  // in the same millisecond
  EXPECT_EQ(cache.find(host, "a", 2'000, false).use, Use::and_refresh);
  cache.store(host, "a", common("a"), 2'001);
  EXPECT_EQ(cache.find(host, "a", 2'002, false).use, Use::now);
}

TEST(LinkCache, StaysWithinItsBytesAndKeepsWhatIsUsed) {
  CacheOptions options = small_cache();
  options.bytes_max = 100'000;
  LinkCache cache{options};
  cache.store(host, "hot", common("hot"), 1'000);
  for (int i = 0; i < 5'000; ++i) {
    const std::string code = "c" + std::to_string(i);
    cache.store(host, code, common(code), 1'000);
    ASSERT_LE(cache.bytes(), options.bytes_max);
    if (i % 10 == 0) {
      ASSERT_NE(cache.find(host, "hot", 1'000, false).link, nullptr) << i;
    }
  }
  EXPECT_GT(cache.evictions(), 0U);
  EXPECT_GT(cache.entries(), 10U);
}

// Who waited for an answer finds it, whatever is forgotten for its sake.
TEST(LinkCache, AnUnknownCodeIsThereForTheOneWhoWaited) {
  CacheOptions options = small_cache();
  options.absences_max = 4;
  LinkCache cache{options};
  for (int i = 0; i < 1'000; ++i) {
    const std::string code = "x" + std::to_string(i);
    cache.store(host, code, unknown(), 1'000);
    ASSERT_EQ(cache.find_awaited(host, code, 1'000).use, Use::now) << i;
  }
}

// Links that a crawler walks through are asked for once each.
TEST(LinkCache, AScanOfLinksLeavesThoseThatAreUsed) {
  CacheOptions options = small_cache();
  options.bytes_max = 300'000;
  LinkCache cache{options};
  const auto visit = [&](const std::string& code) {
    if (cache.find(host, code, 1'000, false).use == Use::now) return true;
    cache.store(host, code, common(code), 1'000);
    EXPECT_NE(cache.find_awaited(host, code, 1'000).link, nullptr);
    return false;
  };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 50; ++i) visit("hot" + std::to_string(i));
  }
  int misses = 0;
  for (int i = 0; i < 20'000; ++i) {
    visit("scanned" + std::to_string(i));
    misses += i % 10 == 0 && !visit("hot" + std::to_string(i / 10 % 50));
  }
  EXPECT_EQ(misses, 0);
}

// A refresh is no new beginning: what is used stays ahead of what came once.
TEST(LinkCache, AnAnswerAgainKeepsTheStandingOfALink) {
  CacheOptions options = small_cache();
  options.bytes_max = 100'000;
  LinkCache cache{options};
  cache.store(host, "hot", common("hot"), 1'000);
  for (int i = 0; i < 5'000; ++i) {
    const std::string code = "c" + std::to_string(i);
    ASSERT_NE(cache.find(host, "hot", 1'000, false).link, nullptr) << i;
    cache.store(host, "hot", common("hot"), 1'000);
    cache.store(host, code, common(code), 1'000);
    ASSERT_LE(cache.bytes(), options.bytes_max);
  }
}

// A hot link never waits: some visitor of each last quarter of `refresh` has it asked for again.
TEST(LinkCache, ALinkThatIsUsedIsNeverWaitedFor) {
  LinkCache cache{small_cache()};
  cache.store(host, "hot", common("hot"), 1'000);
  std::uint64_t answer_at = 0;
  int refreshes = 0;
  for (std::uint64_t now = 1'000; now < 3'600'000; now += 10'000) {
    if (answer_at != 0) cache.store(host, "hot", common("hot"), answer_at);
    const Found found = cache.find(host, "hot", now, false);
    ASSERT_NE(found.use, Use::wait) << now;
    answer_at = found.use == Use::and_refresh ? now + 250 : 0;
    refreshes += found.use == Use::and_refresh;
  }
  EXPECT_LE(refreshes, 3'600 / 45);
}

// Two hosts share a link: what is known of the second stands in the table that a scan fills.
TEST(LinkCache, AScanOfUnknownCodesDoesNotMakeASecondHostWait) {
  LinkCache cache{small_cache()};
  cache.store(host, "hot", common("hot"), 1'000);
  cache.store(other_host, "hot", common("hot"), 1'000);
  for (int i = 0; i < 100'000; ++i) {
    cache.store(host, "x" + std::to_string(i), unknown(), 1'001);
    ASSERT_EQ(cache.find(other_host, "hot", 1'001, false).use, Use::now) << i;
  }
  EXPECT_GT(cache.absence_evictions(), 0U);
}

// Who comes back for each unknown code makes it look used, at no cost: it is remembered.
TEST(LinkCache, AScanThatAsksTwiceDoesNotMakeASecondHostWaitEither) {
  LinkCache cache{small_cache()};
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const std::uint64_t now = 1'000 + i / 2;
    const bool due = i % 60'000 == 0;  // refreshed every 30 s
    if (due) cache.store(host, "hot", common("hot"), now);
    if (due) cache.store(other_host, "hot", common("hot"), now);
    const std::string code = "x" + std::to_string(i);
    cache.store(host, code, unknown(), now);
    ASSERT_EQ(cache.find(host, code, now, false).use, Use::now);
    ASSERT_EQ(cache.find(other_host, "hot", now, false).use, Use::now) << i;
  }
  EXPECT_GT(cache.absence_evictions(), 0U);
}

// Visitors of a second host who have gone make room for others again.
TEST(LinkCache, WhatNobodyAsksForOnASecondHostMakesRoom) {
  LinkCache cache{small_cache()};
  cache.store(host, "old", common("old"), 1'000);
  cache.store(other_host, "old", common("old"), 1'000);
  for (int i = 0; i < 100'000; ++i) {
    cache.store(host, "x" + std::to_string(i), unknown(), 500'000);
  }
  EXPECT_EQ(cache.find(other_host, "old", 1'000, true).use, Use::wait) << "forgotten";
}

TEST(LinkCache, AnAliasLeadsToTheLinkOfAnotherCode) {
  LinkCache cache{small_cache()};
  cache.store(host, "old", common("new"), 1'000);
  const Found found = cache.find(host, "old", 1'000, false);
  ASSERT_NE(found.link, nullptr);
  EXPECT_EQ(found.link->code(), "new");
  EXPECT_EQ(cache.find(host, "new", 1'000, false).link, nullptr);
  cache.changed(LinkCache::any_host, "old");
  EXPECT_EQ(cache.find(host, "old", 1'000, false).use, Use::wait);
}

// Answers of a snapshot may be older than the machine has been running.
TEST(LinkCache, AnAgeMayReachBackBeyondTheClock) {
  LinkCache cache{small_cache()};
  LookupResult result = common("a");
  result.age_ms = 500'000;
  cache.store(host, "a", result, 1'000);
  EXPECT_EQ(cache.find(host, "a", 1'000, true).age_ms, 500'000U);
  EXPECT_EQ(cache.find(host, "a", 1'000, false).use, Use::wait);
  EXPECT_NE(cache.find(host, "a", 101'000, true).link, nullptr);
  EXPECT_EQ(cache.find(host, "a", 101'001, true).link, nullptr) << "stale_max";
}

// Visitors of all that is in use would wait for Redis at the same time.
TEST(LinkCache, AfterAnOutageWhatIsInUseIsRefreshedBehind) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  EXPECT_EQ(cache.find(host, "a", 100'000, true).use, Use::and_refresh) << "in vain";
  cache.redis_is_back(100'500);
  EXPECT_EQ(cache.find(host, "a", 100'600, false).use, Use::now) << "asked for a moment ago";
  EXPECT_EQ(cache.find(host, "a", 101'100, false).use, Use::and_refresh);
  EXPECT_EQ(cache.find(host, "a", 103'000, false).use, Use::wait) << "nobody used it meanwhile";
}

TEST(LinkCache, AfterAnOutageChangesAreWaitedFor) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  cache.redis_is_back(100'500);
  cache.changed(LinkCache::any_host, "a");
  EXPECT_EQ(cache.find(host, "a", 100'600, false).use, Use::wait);
}

// The caches of some threads, which are all told the same answers.
struct Threads {
  CacheOptions options = small_cache();
  std::vector<LinkCache> caches;

  explicit Threads(std::size_t count) {
    options.threads = count;
    for (std::size_t i = 0; i < count; ++i) caches.emplace_back(options);
  }
  std::size_t store(const std::string& code) {
    const LookupResult result = common(code);
    for (LinkCache& cache : caches) cache.store(host, code, result, 1'000);
    return result.any->bytes();
  }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const LinkCache& cache : caches) sum += cache.bytes();
    return sum;
  }
};

TEST(LinkCacheOfThreads, ALinkCountsOnceAndItsEntriesEach) {
  Threads threads{4};
  const std::size_t link = threads.store("a");
  threads.store("b");
  threads.store("a");  // the one before is let go
  EXPECT_EQ(threads.bytes(), 2 * (link + 4 * SieveStore::entry_bytes));
}

TEST(LinkCacheOfThreads, HoldAsManyLinksAsTheBytesHaveRoomFor) {
  Threads threads{4};
  std::size_t link = 0;
  for (int i = 10'000; i < 20'000; ++i) link = threads.store("c" + std::to_string(i));
  const std::size_t fitting = threads.options.bytes_max / (link + 4 * SieveStore::entry_bytes);
  for (const LinkCache& cache : threads.caches) {
    EXPECT_NEAR(static_cast<double>(cache.entries()), static_cast<double>(fitting), 8.0);
  }
}

TEST(LinkCacheOfThreads, StayWithinTheBytesWhateverEachIsAskedFor) {
  Threads threads{4};
  for (int i = 0; i < 10'000; ++i) {
    threads.store("c" + std::to_string(i));
    // Each has links of its own that it never forgets.
    for (std::size_t thread = 0; thread < 4; ++thread) {
      for (int hot = 0; hot < 100; ++hot) {
        const auto code = "c" + std::to_string(static_cast<std::size_t>(hot) * 4 + thread);
        threads.caches[thread].find(host, code, 1'000, false);
      }
    }
    ASSERT_LE(threads.bytes(), threads.options.bytes_max) << i;
  }
  for (const LinkCache& cache : threads.caches) EXPECT_GT(cache.entries(), 500U);
}

TEST(LinkCache, WhatRedisNoLongerHoldsIsUsedUntilTheOriginAnswers) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  cache.changed(LinkCache::any_host, "a");
  cache.unconfirmed(host, "a");
  EXPECT_EQ(cache.find(host, "a", 2'000, false).use, Use::and_refresh);
  EXPECT_EQ(cache.find(host, "a", 2'001, false).use, Use::now);
  EXPECT_EQ(cache.find(host, "a", 100'000, false).use, Use::and_refresh) << "the origin is away";
  cache.changed(LinkCache::any_host, "a");
  EXPECT_EQ(cache.find(host, "a", 100'001, false).use, Use::wait) << "it has answered";
  cache.store(host, "a", common("a"), 100'002);
  EXPECT_EQ(cache.find(host, "a", 100'003, false).use, Use::now);
}

TEST(LinkCache, AScanOfUnknownCodesEvictsNoLink) {
  LinkCache cache{small_cache()};
  cache.store(host, "a", common("a"), 1'000);
  const std::size_t bytes = cache.bytes();
  for (int i = 0; i < 100'000; ++i)
    cache.store(other_host, "x" + std::to_string(i), unknown(), 1'000);
  EXPECT_EQ(cache.bytes(), bytes);
  EXPECT_EQ(cache.evictions(), 0U);
  EXPECT_GT(cache.absence_evictions(), 0U);
}

}  // namespace
}  // namespace waymark::redirect
