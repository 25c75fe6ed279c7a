// What a batch does to the store: clicks once, totals, uniques, ranges, dead letters.
#include "tests/unit/store/store_fixture.hpp"

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace waymark::tracker {
namespace {

struct StoreBatch : StoreTest {};

TEST_F(StoreBatch, EveryFieldOfAClickComesBack) {
  Click click = click_of(1);
  click.campaign = "camp_spring";
  click.referrer = "rfr_anna";
  click.new_visitor = true;
  click.previous = id_of(7);
  click.destination = "https://shop.example/welcome?a='b'";
  click.rule = 3;
  click.share = "s1";
  click.referring_host = "news.example";
  click.query_json = R"({"utm_source":"x"})";
  click.ip = "192.0.2.0";
  click.ipk = "0123456789abcdef";
  click.user_agent = "Mozilla \"quoted\" \xc3\xa9";
  click.device = "mobile";
  click.os = "ios";
  click.language = "de";
  click.country = "DE";
  click.bot = "preview";
  click.list = "1.60.0+eac757";
  click.outcome = "paused";
  click.test = true;
  commit_clicks(click);

  const auto row = store->click(click.id);
  ASSERT_TRUE(row) << row.error().message();
  EXPECT_EQ(row->id, click.id);
  EXPECT_EQ(row->unix_ms, click.unix_ms);
  EXPECT_EQ(row->code, click.code);
  EXPECT_EQ(row->host, click.host);
  EXPECT_EQ(row->link, click.link);
  EXPECT_EQ(row->campaign, click.campaign);
  EXPECT_EQ(row->referrer, click.referrer);
  EXPECT_EQ(row->visitor, click.visitor);
  EXPECT_TRUE(row->new_visitor);
  EXPECT_EQ(row->previous, click.previous);
  EXPECT_EQ(row->destination, click.destination);
  EXPECT_EQ(row->rule, click.rule);
  EXPECT_EQ(row->channel, click.channel);
  EXPECT_EQ(row->share, click.share);
  EXPECT_EQ(row->referring_host, click.referring_host);
  EXPECT_EQ(row->query_json, click.query_json);
  EXPECT_EQ(row->ip, click.ip);
  EXPECT_EQ(row->ipk, click.ipk);
  EXPECT_EQ(row->user_agent, click.user_agent);
  EXPECT_EQ(row->device, click.device);
  EXPECT_EQ(row->os, click.os);
  EXPECT_EQ(row->language, click.language);
  EXPECT_EQ(row->country, click.country);
  EXPECT_EQ(row->bot, click.bot);
  EXPECT_EQ(row->list, click.list);
  EXPECT_EQ(row->outcome, click.outcome);
  EXPECT_TRUE(row->test);
  EXPECT_FALSE(row->counted());
  EXPECT_FALSE(row->unique);
}

TEST_F(StoreBatch, UnknownClickIsNotFound) {
  EXPECT_EQ(store->click(id_of(1)).error(), make_error_code(Errc::not_found));
}

TEST_F(StoreBatch, AClickIsStoredOnceWithinABatchAndAcrossBatches) {
  const auto first = commit_clicks(click_of(1), click_of(2), click_of(1));
  EXPECT_EQ(first.stored, 2U);
  EXPECT_EQ(first.duplicate, 1U);
  const auto again = commit_clicks(click_of(2), click_of(3));
  EXPECT_EQ(again.stored, 1U);
  EXPECT_EQ(again.duplicate, 1U);
  EXPECT_EQ(sum().raw, 3U);
  EXPECT_EQ(sum().counted, 3U);
  EXPECT_EQ(sum().uniques, 3U);
  EXPECT_EQ(store->drain_counts().value(),
            (DrainCounts{.stored = 3, .duplicate = 2, .dead = 0, .late = 0}));
}

// Late shippers: ids and visitors of the batch stand between those of the table, some in it.
TEST_F(StoreBatch, ClicksBetweenStoredOnesAreToldApart) {
  const auto new_click_of = [](std::uint64_t n) {
    Click click = click_of(n);
    click.new_visitor = n % 2 == 0;
    return click;
  };
  const auto commit_numbers = [&](const std::vector<std::uint64_t>& numbers) {
    Batch batch;
    for (const std::uint64_t n : numbers) batch.add(new_click_of(n));
    return commit(batch);
  };
  EXPECT_EQ(commit_numbers({3, 4, 6, 8}).stored, 4U);
  const auto mixed = commit_numbers({1, 2, 3, 5, 5, 6, 7, 9, 9, 10});
  EXPECT_EQ(mixed.stored, 6U);
  EXPECT_EQ(mixed.duplicate, 4U);
  EXPECT_EQ(sum().raw, 10U);
  EXPECT_EQ(sum().uniques, 10U);
  for (std::uint64_t n = 1; n <= 10; ++n) EXPECT_TRUE(store->click(id_of(n))->unique) << n;
  // The same visitors on the same link and day again, whatever the edge thinks of them.
  Batch again;
  for (std::uint64_t n = 1; n <= 10; ++n) {
    Click click = new_click_of(n);
    click.id = id_of(100 + n);
    again.add(click);
  }
  EXPECT_EQ(commit(again).stored, 10U);
  EXPECT_EQ(sum().raw, 20U);
  EXPECT_EQ(sum().uniques, 10U);
}

TEST_F(StoreBatch, CommittedRowsSurviveReopening) {
  commit_clicks(click_of(1));
  open();
  EXPECT_TRUE(store->click(id_of(1)));
  EXPECT_EQ(commit_clicks(click_of(1)).duplicate, 1U);
}

TEST_F(StoreBatch, BotsOutcomesAndTestsAreRawButNotCounted) {
  Click bot = click_of(1), paused = click_of(2), test = click_of(3);
  bot.bot = "crawler";
  paused.outcome = "paused";
  test.test = true;
  commit_clicks(bot, paused, test, click_of(4));
  EXPECT_EQ(sum().raw, 4U);
  EXPECT_EQ(sum().counted, 1U);
  EXPECT_EQ(sum().uniques, 1U);
  std::set<std::string> classes;
  for (const auto& total : store->click_totals({}).value()) classes.insert(total.click_class);
  EXPECT_EQ(classes, (std::set<std::string>{"", "crawler", "paused"}));
}

TEST_F(StoreBatch, TotalsStandInTheirQuarterOfAnHour) {
  Click late = click_of(2);
  late.unix_ms = noon_ms + 15 * 60 * 1000;
  commit_clicks(click_of(1), late);
  const auto totals = store->click_totals({}).value();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].quarter_ms, noon_ms);
  EXPECT_EQ(totals[1].quarter_ms, noon_ms + 15 * 60 * 1000);
}

TEST_F(StoreBatch, AVisitorIsUniqueOncePerLinkAndDay) {
  Click first = click_of(1), same_day = click_of(2), next_day = click_of(3),
        other_link = click_of(4);
  same_day.visitor = next_day.visitor = other_link.visitor = first.visitor;
  next_day.unix_ms += 86'400'000;
  other_link.link = "lnk_2";
  commit_clicks(first);
  commit_clicks(same_day, next_day, other_link);
  EXPECT_EQ(sum({.link = "lnk_1"}).counted, 3U);
  EXPECT_EQ(sum({.link = "lnk_1"}).uniques, 2U);
  EXPECT_EQ(sum({.link = "lnk_2"}).uniques, 1U);
  EXPECT_TRUE(store->click(first.id)->unique);
  EXPECT_FALSE(store->click(same_day.id)->unique);
}

TEST_F(StoreBatch, WithoutAVisitorAddressAndAgentDecide) {
  Click first = click_of(1), same = click_of(2), other_agent = click_of(3), other_ipk = click_of(4);
  for (Click* click : {&first, &same, &other_agent, &other_ipk}) {
    click->visitor.reset();
    click->ipk = "0123456789abcdef";
    click->user_agent = "A";
  }
  other_agent.user_agent = "B";
  other_ipk.ipk = "ffffffffffffffff";
  commit_clicks(first, same, other_agent, other_ipk);
  EXPECT_EQ(sum().uniques, 3U);
}

TEST_F(StoreBatch, LinksWithoutAnIdAreKnownByHostAndCode) {
  Click first = click_of(1), other_code = click_of(2);
  first.link = other_code.link = "";
  other_code.visitor = first.visitor;
  other_code.code = "ben";
  commit_clicks(first, other_code);
  EXPECT_EQ(sum().uniques, 2U);
  EXPECT_EQ(sum({.code = "ben"}).raw, 1U);
}

TEST_F(StoreBatch, RangesOfAnOriginAreFolded) {
  Batch batch;
  batch.origin(origin_a).committed.add({1, 5});
  commit(batch);
  batch.clear();
  batch.origin(origin_a).committed.add({8, 9});
  commit(batch);
  batch.clear();
  batch.origin(origin_a).committed.add({6, 7});
  commit(batch);
  const auto row = store->origin(origin_a.key()).value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->edge, "edge1");
  EXPECT_EQ(row->committed.ranges(), (std::vector<SequenceRange>{{1, 9}}));
}

TEST_F(StoreBatch, FoldTellsOnlyWhatHasChanged) {
  Batch batch;
  batch.origin(origin_a).committed.add({1, 5});
  commit(batch);
  const auto first = store->fold(0).value();
  ASSERT_EQ(first.origins.size(), 1U);
  EXPECT_TRUE(store->fold(first.change)->origins.empty());
  batch.clear();
  batch.origin({.edge = "edge2", .epoch = "00000000000000bb", .thread = 1}).committed.add({1, 1});
  commit(batch);
  const auto second = store->fold(first.change).value();
  ASSERT_EQ(second.origins.size(), 1U);
  EXPECT_EQ(second.origins[0].key, "00000000000000bb/1");
  EXPECT_EQ(store->fold(0)->origins.size(), 2U);
}

TEST_F(StoreBatch, LateLinesUndoALossInEitherOrder) {
  Batch batch;
  batch.origin(origin_a).lost.add({3, 6});
  commit(batch);
  EXPECT_EQ(store->origin(origin_a.key()).value()->lost.count(), 4U);
  batch.clear();
  batch.origin(origin_a).committed.add({1, 4});
  commit(batch);
  auto row = store->origin(origin_a.key()).value();
  EXPECT_EQ(row->lost.ranges(), (std::vector<SequenceRange>{{5, 6}}));
  EXPECT_EQ(row->settled().complete(), 6U);
  batch.clear();
  batch.origin(origin_a).lost.add({1, 7});  // the announcement comes again, after the lines
  commit(batch);
  row = store->origin(origin_a.key()).value();
  EXPECT_EQ(row->lost.ranges(), (std::vector<SequenceRange>{{5, 7}}));
  EXPECT_EQ(row->committed.count() + row->lost.count(), 7U);
}

TEST_F(StoreBatch, DeadLettersAreStoredOnceAndResolved) {
  Batch batch;
  const DeadLetter letter{.id = 0,
                          .at_ms = noon_ms,
                          .stream = "wm:clicks:{0}",
                          .entry = "1-0",
                          .origin = origin_a.key(),
                          .sequence = 4,
                          .reason = std::string{dead_reason::unknown_version},
                          .line = R"({"v":9})"};
  batch.add_dead(letter);
  EXPECT_EQ(commit(batch).dead, 1U);
  batch.clear();
  DeadLetter redelivered = letter;
  redelivered.entry = "2-0";
  batch.add_dead(redelivered);
  const auto again = commit(batch);
  EXPECT_EQ(again.dead, 0U);
  EXPECT_EQ(again.duplicate, 1U);

  auto letters = store->dead_letters(dead_reason::unknown_version, 0, 10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].line, letter.line);
  EXPECT_TRUE(store->dead_letters(dead_reason::malformed_line, 0, 10)->empty());
  batch.clear();
  batch.add(click_of(1));
  batch.resolve_dead(letters[0].id);
  EXPECT_EQ(commit(batch).stored, 1U);
  EXPECT_TRUE(store->dead_letters("", 0, 10)->empty());
  EXPECT_EQ(store->drain_counts().value(),
            (DrainCounts{.stored = 1, .duplicate = 1, .dead = 0, .late = 0}))
      << "the letter has become a click and is no longer counted as dead";
  EXPECT_EQ(commit(batch).resolved, 0U) << "once";
  EXPECT_EQ(store->drain_counts()->dead, 0U);
}

TEST_F(StoreBatch, AReaderSeesOneMomentWithinATransaction) {
  const auto reader = open_store(url(), StoreAccess::read);
  const auto read = reader->atomically([&]() -> Result<void> {
    EXPECT_EQ(reader->drain_counts()->stored, 0U);
    commit_clicks(click_of(1));
    EXPECT_EQ(reader->drain_counts()->stored, 0U);
    return {};
  });
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(reader->drain_counts()->stored, 1U);
}

TEST_F(StoreBatch, AFailingTransactionLeavesNothing) {
  const auto result = store->atomically([&]() -> Result<void> {
    Batch batch;
    batch.add(click_of(1));
    batch.origin(origin_a).committed.add({1, 1});
    EXPECT_TRUE(store->commit_batch(batch, noon_ms));
    return Errc::conflict;
  });
  EXPECT_FALSE(result);
  EXPECT_FALSE(store->click(id_of(1)));
  EXPECT_FALSE(store->origin(origin_a.key()).value());
  EXPECT_EQ(sum().raw, 0U);
  EXPECT_EQ(commit_clicks(click_of(1)).stored, 1U);
}

// However clicks are cut into batches, repeated and shuffled, the sums are the same.
RC_GTEST_PROP(StoreProperty, SumsDoNotDependOnDelivery, ()) {
  const auto shapes = *rc::gen::container<std::vector<std::tuple<int, int, int, bool>>>(
      rc::gen::tuple(rc::gen::inRange(0, 4), rc::gen::inRange(0, 3), rc::gen::inRange(0, 3),
                     rc::gen::arbitrary<bool>()));
  const std::vector<std::string> links{"lnk_a", "lnk_b", ""};
  std::vector<Click> clicks;
  std::set<std::tuple<int, int, int>> unique;
  std::size_t counted = 0;
  for (std::size_t n = 0; n < shapes.size(); ++n) {
    const auto& [visitor, day, link, bot] = shapes[n];
    Click click = click_of(n);
    click.visitor = id_of(500'000 + static_cast<std::uint64_t>(visitor));
    click.unix_ms = noon_ms + static_cast<std::uint64_t>(day) * 86'400'000;
    click.link = links[static_cast<std::size_t>(link)];
    if (bot) click.bot = "tool";
    clicks.push_back(click);
    if (!bot) {
      ++counted;
      unique.insert({visitor, day, link});
    }
  }
  std::vector<std::size_t> deliveries;
  for (std::size_t n = 0; n < clicks.size(); ++n) deliveries.push_back(n);
  if (!clicks.empty()) {
    const auto repeats = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(0, clicks.size()));
    deliveries.insert(deliveries.end(), repeats.begin(), repeats.end());
  }
  const auto keys = *rc::gen::container<std::vector<std::uint32_t>>(
      deliveries.size(), rc::gen::arbitrary<std::uint32_t>());
  std::vector<std::size_t> order(deliveries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });

  const StorePlace place;
  const auto store = open_store(place.url(), StoreAccess::write);
  const std::size_t batch_size = *rc::gen::inRange<std::size_t>(8, 64);
  Batch batch;
  BatchOutcome all;
  for (std::size_t i = 0; i < order.size(); ++i) {
    batch.add(clicks[deliveries[order[i]]]);
    if ((i + 1) % batch_size == 0 || i + 1 == order.size()) {
      batch.sort();
      const auto outcome = store->commit_batch(batch, noon_ms);
      RC_ASSERT(outcome.has_value());
      all.stored += outcome->stored;
      all.duplicate += outcome->duplicate;
      batch.clear();
    }
  }
  ClickTotal sum;
  const auto totals = store->click_totals({}).value();
  for (const auto& total : totals) {
    sum.raw += total.raw;
    sum.counted += total.counted;
    sum.uniques += total.uniques;
  }
  RC_ASSERT(all.stored == clicks.size());
  RC_ASSERT(all.stored + all.duplicate == deliveries.size());
  RC_ASSERT(sum.raw == clicks.size());
  RC_ASSERT(sum.counted == counted);
  RC_ASSERT(sum.uniques == unique.size());
}

}  // namespace
}  // namespace waymark::tracker
