// Several trackers on one store: the id alone decides, at whatever moment they commit.
#include "tests/unit/store/store_fixture.hpp"

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace waymark::tracker {
namespace {

constexpr int writers = 3;

struct PostgresWriters : StoreTest {
  // Runs `work` on a thread and a store of its own for each writer.
  template <class Work>
  void at_once(Work work) {
    std::vector<std::unique_ptr<Store>> stores;
    for (int n = 0; n < writers; ++n) stores.push_back(open_store(url(), StoreAccess::write));
    std::vector<std::thread> threads;
    for (int n = 0; n < writers; ++n) {
      threads.emplace_back([&, n] { work(*stores[static_cast<std::size_t>(n)], n); });
    }
    for (auto& thread : threads) thread.join();
  }
};

TEST_F(PostgresWriters, CountEachClickAndVisitorOnce) {
  constexpr std::uint64_t clicks = 3'000, batch_clicks = 100, visitors = 500;
  std::atomic<std::uint64_t> stored{0}, duplicate{0};
  at_once([&](Store& mine, int n) {
    Batch batch;
    for (std::uint64_t done = 0; done < clicks; done += batch_clicks) {
      batch.clear();
      for (std::uint64_t i = 0; i < batch_clicks; ++i) {
        // All writers have the same clicks; every second one begins at the other end.
        const std::uint64_t place = n % 2 == 0 ? done + i : clicks - 1 - done - i;
        Click click = click_of(1 + place);
        click.visitor = id_of(1'000'000 + place % visitors);
        batch.add(click);
        batch.origin(origin_a).committed.add({place + 1, place + 1});
      }
      batch.sort();
      const auto outcome = mine.commit_batch(batch, noon_ms);
      ASSERT_TRUE(outcome) << mine.failure();
      stored += outcome->stored;
      duplicate += outcome->duplicate;
      if (done % 500 == 0) EXPECT_TRUE(mine.fold(0)) << mine.failure();
    }
  });
  EXPECT_EQ(stored, clicks);
  EXPECT_EQ(duplicate, (writers - 1) * clicks);
  EXPECT_EQ(sum().raw, clicks);
  EXPECT_EQ(sum().uniques, visitors);
  EXPECT_EQ(store->drain_counts()->read(), writers * clicks);
  EXPECT_TRUE(store->fold(0));
  EXPECT_EQ(store->origin(origin_a.key()).value()->committed.ranges(),
            (std::vector<SequenceRange>{{1, clicks}}));
  EXPECT_EQ(sum().raw, clicks) << "added up";
}

TEST_F(PostgresWriters, NumberTheirChangesInTheOrderOfTheirCommits) {
  constexpr int campaigns = 40;
  std::atomic<int> running{writers};
  std::vector<std::uint64_t> seen;
  std::thread reader{[&] {
    const auto watching = open_store(url(), StoreAccess::read);
    std::uint64_t last = 0;
    for (bool more = true; more;) {
      more = running > 0;
      const auto changes = watching->changes_after(last, 1'000).value();
      for (const Change& change : changes) {
        last = std::get<CampaignRow>(change).change;
        seen.push_back(last);
      }
    }
  }};
  at_once([&](Store& mine, int n) {
    for (int i = 0; i < campaigns; ++i) {
      CampaignRow campaign;
      campaign.id = "camp_" + std::to_string(n) + "_" + std::to_string(i);
      campaign.name = campaign.id;
      EXPECT_TRUE(mine.insert_campaign(campaign)) << mine.failure();
    }
    --running;
  });
  reader.join();
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(writers * campaigns)) << "none was overtaken";
  EXPECT_EQ(std::set<std::uint64_t>(seen.begin(), seen.end()).size(), seen.size());
}

TEST_F(PostgresWriters, OneOfThemGetsALease) {
  std::atomic<int> holders{0};
  at_once([&](Store& mine, int n) {
    const auto held = mine.hold_lease("fold", std::to_string(n), std::chrono::minutes{1});
    ASSERT_TRUE(held.has_value()) << mine.failure();
    if (*held) ++holders;
  });
  EXPECT_EQ(holders, 1);
}

TEST_F(PostgresWriters, ClicksThatAreForgottenMeanwhileAreNotCountedTwice) {
  constexpr std::uint64_t clicks = 2'000;
  std::atomic<std::uint64_t> stored{0};
  at_once([&](Store& mine, int n) {
    Batch batch;
    for (std::uint64_t i = 1; i <= clicks; i += 50) {
      if (n == 0) {
        EXPECT_TRUE(mine.forget_clicks(noon_ms + i, 100).has_value()) << mine.failure();
        continue;
      }
      batch.clear();
      for (std::uint64_t k = i; k < i + 50; ++k) batch.add(click_of(k));
      const auto outcome = mine.commit_batch(batch, noon_ms);
      ASSERT_TRUE(outcome) << mine.failure();
      stored += outcome->stored;
    }
  });
  EXPECT_EQ(sum().raw, stored);
  EXPECT_LE(stored, clicks) << "a forgotten click was stored again";
}

}  // namespace
}  // namespace waymark::tracker
