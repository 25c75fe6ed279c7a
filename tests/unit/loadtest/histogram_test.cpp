#include "loadtest/kit/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace waymark::loadtest {
namespace {

TEST(Histogram, PercentilesAreWithinEightPerMille) {
  std::mt19937_64 random{1};
  std::lognormal_distribution<double> latency{std::log(200'000), 2};
  Histogram histogram;
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 100'000; ++i) {
    all.push_back(static_cast<std::uint64_t>(latency(random)));
    histogram.record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const double quantile : {0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const auto rank = std::lround(std::ceil(quantile * 100'000 - 1e-6));
    const auto exact = static_cast<double>(all[static_cast<std::size_t>(rank - 1)]);
    EXPECT_NEAR(static_cast<double>(histogram.at(quantile)), exact, exact * 0.008) << quantile;
    EXPECT_GE(static_cast<double>(histogram.at(quantile)), exact) << quantile;
  }
  EXPECT_EQ(histogram.max(), all.back());
  EXPECT_EQ(histogram.min(), all.front());
  EXPECT_EQ(histogram.at(1), all.back());
}

TEST(Histogram, EveryBucketIsAsNarrowAsPromised) {
  Histogram histogram;
  for (std::uint64_t ns = 1; ns < Histogram::recordable_max_ns; ns += ns / 300 + 1) {
    histogram.record(ns);
  }
  std::uint64_t next = 1;
  histogram.for_each_bucket([&](std::uint64_t low, std::uint64_t high, std::uint64_t) {
    EXPECT_EQ(low, next);  // no gap
    EXPECT_LE(high - low, low / 128);
    next = high + 1;
  });
  EXPECT_GT(next, Histogram::recordable_max_ns);
}

TEST(Histogram, MergedEqualsRecordedInOne) {
  std::mt19937_64 random{2};
  Histogram one;
  Histogram two;
  Histogram both;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t ns = random() >> (random() % 40 + 20);
    (i % 3 == 0 ? one : two).record(ns);
    both.record(ns);
  }
  one.merge(two);
  EXPECT_EQ(one, both);
}

TEST(Histogram, BucketsRestoreIt) {
  Histogram made;
  for (const std::uint64_t ns : {0U, 1U, 255U, 256U, 1'000'000U}) made.record(ns, 3);
  EXPECT_EQ(Histogram::restore(made.buckets(), made.min(), made.max(), made.sum()), made);
  EXPECT_FALSE(Histogram::restore(made.buckets(), 5, made.max(), made.sum()));
  EXPECT_FALSE(Histogram::restore(std::vector<Histogram::Bucket>{{4608, 1}}, 1, 1, 1));
}

TEST(Histogram, EmptyAndBeyondItsRange) {
  Histogram histogram;
  EXPECT_EQ(histogram.at(0.99), 0u);
  EXPECT_EQ(histogram.mean(), 0);
  histogram.record(2 * Histogram::recordable_max_ns);
  EXPECT_EQ(histogram.max(), 2 * Histogram::recordable_max_ns);
}

TEST(Histogram, NinetyNineOfHundred) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 100; ++i) histogram.record(i);
  EXPECT_EQ(histogram.at(0.99), 99u);
  EXPECT_EQ(histogram.at(0.5), 50u);
}

}  // namespace
}  // namespace waymark::loadtest
