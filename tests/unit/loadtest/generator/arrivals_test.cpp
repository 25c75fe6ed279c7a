#include "loadtest/kit/arrivals.hpp"

#include "common/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace waymark::loadtest {
namespace {

std::vector<std::uint64_t> all(const RatePlan& plan, ArrivalKind kind, std::uint64_t seed = 1,
                               std::size_t thread = 0, std::size_t threads = 1) {
  Arrivals arrivals{plan, kind, seed, thread, threads};
  std::vector<std::uint64_t> moments;
  for (auto due = arrivals.next(); due != Arrivals::none; due = arrivals.next()) {
    moments.push_back(due);
  }
  return moments;
}

RatePlan plan(const char* stages) {
  return RatePlan{parse_stages("--stages", stages)};
}

std::size_t before(const std::vector<std::uint64_t>& moments, double seconds) {
  const auto end = static_cast<std::uint64_t>(seconds * 1e9);
  return static_cast<std::size_t>(std::lower_bound(moments.begin(), moments.end(), end) -
                                  moments.begin());
}

TEST(Arrivals, AConstantRateIsExact) {
  const auto moments = all(plan("3s:7"), ArrivalKind::constant);
  ASSERT_EQ(moments.size(), 21u);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    EXPECT_EQ(moments[i],
              static_cast<std::uint64_t>(std::llround(static_cast<double>(i) * 1e9 / 7)));
  }
}

TEST(Arrivals, AConstantRateDoesNotDriftOverAnHour) {
  const RatePlan hour = plan("1h:3333");
  Arrivals arrivals{hour, ArrivalKind::constant, 1, 0, 1};
  std::uint64_t count = 0;
  std::uint64_t last = 0;
  for (auto due = arrivals.next(); due != Arrivals::none; due = arrivals.next()) {
    last = due;
    ++count;
  }
  EXPECT_EQ(count, 3333u * 3600);
  const double exact = 3600e9 - 1e9 / 3333;
  EXPECT_NEAR(static_cast<double>(last), exact, 1000);
}

TEST(Arrivals, ThreadsShareOnePlan) {
  for (const char* stages : {"2s:1k", "1s:100,2s:100..1k,1s:0,1s:50"}) {
    const RatePlan whole = plan(stages);
    std::vector<std::uint64_t> joined;
    for (std::size_t thread = 0; thread < 3; ++thread) {
      const auto part = all(whole, ArrivalKind::constant, 1, thread, 3);
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      joined.insert(joined.end(), part.begin(), part.end());
    }
    std::sort(joined.begin(), joined.end());
    EXPECT_EQ(joined, all(whole, ArrivalKind::constant)) << stages;
  }
}

TEST(Arrivals, RampsFollowTheIntegralOfTheirRate) {
  const RatePlan up = plan("10s:0..1k");
  EXPECT_DOUBLE_EQ(up.requests(), 5000);
  const auto moments = all(up, ArrivalKind::constant);
  EXPECT_EQ(moments.size(), 5000u);
  for (double second = 0.5; second < 10; second += 0.5) {
    // rate = 100 t, so 50 t^2 are due.
    EXPECT_NEAR(static_cast<double>(before(moments, second)), 50 * second * second, 1) << second;
    EXPECT_NEAR(up.due_by(second), 50 * second * second, 1e-6);
  }
  const auto down = all(plan("10s:1k..0"), ArrivalKind::constant);
  EXPECT_EQ(down.size(), 5000u);
  EXPECT_NEAR(static_cast<double>(before(down, 5)), 3750, 1);
}

TEST(Arrivals, AStageWithoutRequestsIsSilent) {
  const auto moments = all(plan("1s:10,5s:0,1s:10"), ArrivalKind::constant);
  ASSERT_EQ(moments.size(), 20u);
  EXPECT_EQ(before(moments, 1), 10u);
  EXPECT_EQ(before(moments, 5.9), 10u);
  EXPECT_GE(moments[10], 5'999'999'000u);
}

TEST(Arrivals, PoissonGapsAreExponential) {
  const auto moments = all(plan("200s:1k"), ArrivalKind::poisson);
  const auto count = static_cast<double>(moments.size());
  EXPECT_NEAR(count, 200'000, 4 * std::sqrt(200'000));
  // Of exponential gaps, e^-x are longer than x times their mean, and deviation equals mean.
  double sum = 0;
  double squares = 0;
  std::array<double, 3> longer{};
  for (std::size_t i = 1; i < moments.size(); ++i) {
    const double gap = static_cast<double>(moments[i] - moments[i - 1]) / 1e6;
    sum += gap;
    squares += gap * gap;
    for (std::size_t x = 0; x < longer.size(); ++x) longer[x] += gap > static_cast<double>(x + 1);
  }
  const double mean = sum / (count - 1);
  EXPECT_NEAR(mean, 1, 0.01);
  EXPECT_NEAR(std::sqrt(squares / (count - 1) - mean * mean), 1, 0.02);
  for (std::size_t x = 0; x < longer.size(); ++x) {
    EXPECT_NEAR(longer[x] / count, std::exp(-static_cast<double>(x + 1)), 0.005);
  }
}

TEST(Arrivals, PoissonOfAllThreadsKeepsTheRate) {
  std::size_t sum = 0;
  for (std::size_t thread = 0; thread < 4; ++thread) {
    sum += all(plan("50s:1k"), ArrivalKind::poisson, 1, thread, 4).size();
  }
  EXPECT_NEAR(static_cast<double>(sum), 50'000, 4 * std::sqrt(50'000));
}

TEST(Arrivals, PoissonFollowsTheSeedAlone) {
  const RatePlan rates = plan("2s:1k..2k");
  const auto moments = all(rates, ArrivalKind::poisson, 7);
  EXPECT_EQ(all(rates, ArrivalKind::poisson, 7), moments);
  EXPECT_NE(all(rates, ArrivalKind::poisson, 8), moments);
  EXPECT_NE(all(rates, ArrivalKind::poisson, 7, 1, 2), all(rates, ArrivalKind::poisson, 7, 0, 2));
  EXPECT_TRUE(std::is_sorted(moments.begin(), moments.end()));
}

TEST(RatePlan, KnowsRateAndLength) {
  const RatePlan rates = plan("10s:100..300,5s:50");
  EXPECT_DOUBLE_EQ(rates.seconds(), 15);
  EXPECT_DOUBLE_EQ(rates.requests(), 2250);
  EXPECT_DOUBLE_EQ(rates.mean_rate(), 150);
  EXPECT_DOUBLE_EQ(rates.rate_at(5), 200);
  EXPECT_DOUBLE_EQ(rates.rate_at(12), 50);
  EXPECT_DOUBLE_EQ(rates.rate_at(15), 0);
  EXPECT_DOUBLE_EQ(rates.due_by(12), 2100);
  EXPECT_DOUBLE_EQ(rates.due_by(99), 2250);
}

TEST(RatePlan, RefusesWhatIsNoStage) {
  for (const char* text :
       {"", "10s", "10s:", "10:5", "10s:5..", "10s:1k,", "10s:-1", "10s:1k..2q"}) {
    try {
      parse_stages("--stages", text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const StartupError& error) {
      EXPECT_EQ(error.exit_code(), exit_code::usage) << text;
      EXPECT_NE(std::string{error.what()}.find("--stages"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace waymark::loadtest
