#include "loadtest/mix/zipf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace waymark::mix {
namespace {

class ZipfShape : public testing::TestWithParam<double> {};

// Against the definition: P(rank) = rank^-s / sum. Five standard deviations, fixed seed.
TEST_P(ZipfShape, FollowsTheDefinition) {
  constexpr std::size_t ranks = 60;
  constexpr std::size_t draws = 200'000;
  const double exponent = GetParam();
  const Zipf zipf{ranks, exponent};
  Random random{42};
  std::vector<double> seen(ranks + 1);
  for (std::size_t i = 0; i < draws; ++i) ++seen.at(zipf(random));

  double sum = 0;
  for (std::size_t rank = 1; rank <= ranks; ++rank) {
    sum += std::pow(static_cast<double>(rank), -exponent);
  }
  EXPECT_EQ(seen[0], 0);
  for (std::size_t rank = 1; rank <= ranks; ++rank) {
    const double expected = draws * std::pow(static_cast<double>(rank), -exponent) / sum;
    EXPECT_NEAR(seen[rank], expected, 5 * std::sqrt(expected) + 1) << "rank " << rank;
  }
}

INSTANTIATE_TEST_SUITE_P(Exponents, ZipfShape, testing::Values(0.5, 0.9, 1.0, 1.1, 2.0));

TEST(Zipf, KnowsOnlyOneRankOfOne) {
  const Zipf zipf{1, 1.0};
  Random random{1};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(zipf(random), 1U);
}

}  // namespace
}  // namespace waymark::mix
