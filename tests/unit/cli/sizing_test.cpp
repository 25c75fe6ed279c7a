#include "common/error.hpp"
#include "tracker/cli/sizing/amount.hpp"
#include "tracker/cli/sizing/figures.hpp"
#include "tracker/cli/sizing/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::HasSubstr;

std::string refusal_of(const auto& work) {
  try {
    work();
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::usage);
    return error.what();
  }
  return "taken";
}

TEST(Amount, IsWrittenAsPeopleDo) {
  EXPECT_EQ(amount_of("--links", "1500", 1e10), 1500);
  EXPECT_EQ(amount_of("--links", "2.5k", 1e10), 2'500);
  EXPECT_EQ(amount_of("--links", "50M", 1e10), 50e6);
  EXPECT_EQ(amount_of("--links", "1G", 1e10), 1e9);
  EXPECT_EQ(amount_of("--links", "1e9", 1e10), 1e9);
  for (const auto* text : {"", "k", "many", "5 M", "-1", "0", "1e11", "inf", "nan", "5X"}) {
    EXPECT_THAT(refusal_of([&] { amount_of("--links", text, 1e10); }),
                HasSubstr("--links: '" + std::string{text} + "' is no number up to 10.0G"));
  }
}

TEST(Amount, IsShownWithThreeDigits) {
  EXPECT_EQ(count_text(12), "12");
  EXPECT_EQ(count_text(57'870), "57.9k");
  EXPECT_EQ(count_text(570e6), "570M");
  EXPECT_EQ(bytes_text(1'000), "1000 B");
  EXPECT_EQ(bytes_text(1.5 * (1U << 30U)), "1.5 GiB");
}

TEST(SizingFigures, OfAFileTakeThePlaceOfThoseBuiltIn) {
  const auto figures = read_figures(R"({"edge_us":20,"click_store_bytes":100.5})", "mine.json");
  EXPECT_EQ(figures.edge_us, 20);
  EXPECT_EQ(figures.click_store_bytes, 100.5);
  EXPECT_EQ(figures.tracker_us, SizingFigures{}.tracker_us);
}

TEST(SizingFigures, ThatNobodyKnowsAreRefused) {
  EXPECT_THAT(refusal_of([] { read_figures(R"({"edge":1})", "mine.json"); }),
              HasSubstr("mine.json: there is no figure 'edge'"));
  EXPECT_THAT(refusal_of([] { read_figures(R"({"edge_us":0})", "mine.json"); }),
              HasSubstr("edge_us must be a positive number"));
  EXPECT_THAT(refusal_of([] { read_figures("[1]", "mine.json"); }), HasSubstr("no JSON object"));
}

SizingFigures simple_figures() {
  SizingFigures figures;
  figures.edge_us = 10;
  figures.redis_write_us = 1;
  figures.redis_read_us = 1;
  figures.tracker_us = 10;
  figures.to_postgres_us = 10;
  figures.postgres_us = 20;
  figures.click_store_bytes = 500;
  figures.link_redis_bytes = 300;
  return figures;
}

TEST(SizingPlan, ASmallShopNeedsOneTrackerWithSqlite) {
  const auto plan = plan_deployment({.clicks_per_day = 86'400, .links = 1'000}, simple_figures());
  EXPECT_DOUBLE_EQ(plan.clicks_per_second, 1);
  EXPECT_DOUBLE_EQ(plan.peak_per_second, 5);
  EXPECT_EQ(plan.edges, 2U) << "one may be away";
  EXPECT_EQ(plan.stream_masters, 1U);
  EXPECT_EQ(plan.link_masters, 1U);
  EXPECT_TRUE(plan.sqlite);
  EXPECT_EQ(plan.trackers, 1U);
  EXPECT_EQ(plan.store_cores, 0);
}

TEST(SizingPlan, ABillionClicksADay) {
  const auto plan = plan_deployment(
      {.clicks_per_day = 1e9, .links = 1e9, .peak = 6, .edge_cores = 2}, simple_figures());
  EXPECT_NEAR(plan.peak_per_second, 69'444, 1);
  EXPECT_NEAR(plan.edge_cores, 0.694, 0.001);
  EXPECT_EQ(plan.edges, 2U);
  EXPECT_NEAR(plan.edge_memory_bytes, 1e9 * (271 + 66), 1e8) << "a link once, two entries";
  EXPECT_NEAR(plan.redis_cores, 0.139, 0.001);
  EXPECT_EQ(plan.link_masters, 12U) << "300 GB, 24 GiB on each";
  EXPECT_NEAR(plan.store_bytes_per_day, 500e9, 1);
  EXPECT_FALSE(plan.sqlite) << "a file of 182 TB";
  EXPECT_EQ(plan.trackers, 2U);
  EXPECT_NEAR(plan.tracker_cores, 0.231, 0.001) << "23,148 a second in the busiest hour";
  EXPECT_NEAR(plan.store_cores, 0.463, 0.001);
}

TEST(SizingPlan, SqliteIsForWhatOneWriterAndOneFileCanHold) {
  const SizingDemand demand{.clicks_per_day = 500e6, .links = 1e6, .click_days = 1};
  EXPECT_TRUE(plan_deployment(demand, simple_figures()).sqlite);
  SizingFigures dear = simple_figures();
  dear.tracker_us = 60;  // 0.69 of a core: more than is planned with
  EXPECT_FALSE(plan_deployment(demand, dear).sqlite);
  SizingDemand kept = demand;
  kept.click_days = 3;
  EXPECT_FALSE(plan_deployment(kept, simple_figures()).sqlite);
}

TEST(SizingPlan, AFlatDayHasNoBusiestHour) {
  const auto plan =
      plan_deployment({.clicks_per_day = 86'400, .links = 1, .peak = 1}, simple_figures());
  EXPECT_DOUBLE_EQ(plan.busy_per_second, 1);
}

}  // namespace
}  // namespace waymark::cli
