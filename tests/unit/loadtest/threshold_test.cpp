#include "loadtest/kit/threshold.hpp"

#include "tests/unit/loadtest/made_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::loadtest {
namespace {

using testing::AllOf;
using testing::HasSubstr;

bool met(const RunResult& run, std::string_view text) {
  auto judged = run;
  judge(judged, parse_thresholds(text));
  return judged.verdict.thresholds_met();
}

std::string refusal(std::string_view text) {
  try {
    parse_thresholds(text);
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::usage);
    return error.what();
  }
  return "accepted";
}

TEST(Threshold, EveryMetricCanBeMetAndMissed) {
  const auto run = full_run();  // mean 200 us, p99 about 920 us
  for (const auto& [yes, no] : {std::pair{"p99<1ms", "p99<800us"},
                                {"p99.9 < 0.01s", "p99.9<1ms"},
                                {"p50>100us", "p50>=200us"},
                                {"mean<220us", "mean<180us"},
                                {"max>1ms", "max<1ms"},
                                {"service_p90<1ms", "service_p90<1us"},
                                {"click_p99<41ms", "click_p99<39ms"},
                                {"rate>=1000", "rate>1k"},
                                {"errors<=21", "errors<21"},
                                {"errors<0.2%", "errors<0.1%"},
                                {"unfinished=1", "unfinished=0"},
                                {"late<0.1%", "late=0"},
                                {"status_404=5", "status_404=0"},
                                {"status_4xx<=5", "status_4xx<5"},
                                {"status_5xx=0", "status_5xx>0"},
                                {"missing=2", "missing=0"},
                                {"twice<=1", "twice=0"},
                                {"late_clicks<0.1%", "late_clicks=0"}}) {
    EXPECT_TRUE(met(run, yes)) << yes;
    EXPECT_FALSE(met(run, no)) << no;
  }
}

TEST(Threshold, OneFailureOfThreeFailsAll) {
  EXPECT_TRUE(met(full_run(), "p99<1ms,errors<1%,missing<=2"));
  EXPECT_FALSE(met(full_run(), "p99<1ms,errors<1%,missing=0"));
}

TEST(Threshold, SilenceIsNoProof) {
  EXPECT_FALSE(met(RunResult{}, "p99<2ms"));
  EXPECT_FALSE(met(RunResult{}, "errors=0"));
  EXPECT_FALSE(met(made_run(100, 1, 1), "missing=0"));
}

// 62 million of 72 million clicks may be anywhere: that none of the others is missing is no proof.
TEST(Threshold, ClicksThatNobodyLookedForAreNotCalledFound) {
  auto run = full_run();
  run.clicks->missing = run.clicks->twice = 0;
  EXPECT_TRUE(met(run, "missing=0,twice=0"));
  run.clicks->not_reconciled = 12;
  EXPECT_FALSE(met(run, "missing=0"));
  EXPECT_FALSE(met(run, "twice<1%"));
  judge(run, parse_thresholds("missing=0"));
  EXPECT_EQ(run.verdict.thresholds.front().value, "at least 0: 12 clicks more were not reconciled");
  run.clicks->not_reconciled = 0;
  run.clicks->incomplete = "the stream had a gap";
  EXPECT_FALSE(met(run, "missing=0"));
}

TEST(Threshold, RefusalsNameThePlaceAndTheRemedy) {
  EXPECT_THAT(refusal("p99<2ms,p999<3"), AllOf(HasSubstr("at character 9"), HasSubstr("p99.9")));
  EXPECT_THAT(refusal("p99<2"), AllOf(HasSubstr("at character 5"), HasSubstr("us, ms or s")));
  EXPECT_THAT(refusal("errors<x"), HasSubstr("at character 8"));
  EXPECT_THAT(refusal("errors<1ms"), HasSubstr("neither a number nor a share"));
  EXPECT_THAT(refusal("p99"), HasSubstr("comparison"));
  EXPECT_THAT(refusal("p99<2ms,"), HasSubstr("comparison"));
  EXPECT_THAT(refusal(""), HasSubstr("comparison"));
  EXPECT_THAT(refusal("p100<2ms"), HasSubstr("no metric"));
  EXPECT_THAT(refusal("rate>fast"), HasSubstr("no number"));
}

}  // namespace
}  // namespace waymark::loadtest
