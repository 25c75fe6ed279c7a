#include "loadtest/kit/generator_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::loadtest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t us = 1'000;
constexpr std::uint64_t ms = 1'000'000;

// A thousand answers in a second, as planned.
RunResult good_run() {
  RunResult result;
  result.mode = "open";
  result.target_rate = 1'000;
  result.measured_seconds = 1;
  result.planned = result.sent = result.answered = 1'000;
  result.latency.record(ms, 1'000);
  result.lateness.record(10 * us, 1'000);
  return result;
}

TEST(GeneratorLimit, AGoodRunIsValid) {
  RunResult result = good_run();
  judge_generator(result, {});
  EXPECT_FALSE(result.verdict.generator_limited);
  EXPECT_TRUE(result.verdict.reasons.empty());
}

TEST(GeneratorLimit, LatenessIsJudgedByWhatItDoesToTheFigures) {
  RunResult result = good_run();
  result.lateness.record(150 * us, 20);  // p99: above 100 us, and above a tenth of a millisecond
  RunResult slow_server = result;
  judge_generator(result, {});
  EXPECT_TRUE(result.verdict.generator_limited);
  EXPECT_THAT(result.verdict.reasons, ElementsAre(HasSubstr("sent too late")));

  slow_server.latency = {};
  slow_server.latency.record(20 * ms, 1'000);
  judge_generator(slow_server, {});
  EXPECT_FALSE(slow_server.verdict.generator_limited);
}

TEST(GeneratorLimit, AMissedRateIsTheServersUnlessAThreadHadNoPause) {
  RunResult result = good_run();
  result.measured_seconds = 2;
  RunResult no_pause = result;
  judge_generator(result, {.busiest_thread = 0.5, .least_pause = 0.4});
  EXPECT_FALSE(result.verdict.generator_limited);
  judge_generator(no_pause, {.busiest_thread = 0.5, .least_pause = 0.01});
  EXPECT_TRUE(no_pause.verdict.generator_limited);
  EXPECT_THAT(no_pause.verdict.reasons, ElementsAre(HasSubstr("500/s instead of 1000/s")));
}

TEST(GeneratorLimit, AClosedLoopIsLimitedByABusyThread) {
  RunResult result = good_run();
  result.mode = "closed";
  judge_generator(result, {.busiest_thread = 0.97});
  EXPECT_TRUE(result.verdict.generator_limited);
  EXPECT_THAT(result.verdict.reasons, ElementsAre(HasSubstr("--threads")));
}

TEST(GeneratorLimit, CountsThatContradictEachOtherAreToldOf) {
  RunResult result = good_run();
  result.planned = 1'001;
  judge_generator(result, {});
  EXPECT_TRUE(result.verdict.generator_limited);
  EXPECT_THAT(result.verdict.reasons, ElementsAre(HasSubstr("contradict")));
}

}  // namespace
}  // namespace waymark::loadtest
