#include "loadtest/kit/rate_search.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace waymark::loadtest {
namespace {

// Against a server that bears `limit`; returns the rates tried.
std::vector<double> search(RateSearch& rates, double limit) {
  std::vector<double> tried;
  while (!rates.over()) {
    tried.push_back(rates.next());
    rates.tried(rates.next() <= limit);
  }
  return tried;
}

TEST(RateSearch, FindsTheLimitFromBelowAndFromAbove) {
  for (const double first : {1.0, 100.0, 7'000.0, 1e6}) {
    for (const double limit : {50.0, 4'321.0, 250'000.0}) {
      RateSearch rates{first};
      EXPECT_LT(search(rates, limit).size(), 30u);
      EXPECT_LE(rates.best(), limit);
      EXPECT_GE(rates.best() * (1 + RateSearch::precision), limit - 1) << first << " " << limit;
    }
  }
}

TEST(RateSearch, StepsUpAndThenBisects) {
  RateSearch rates{1'000};
  EXPECT_EQ(search(rates, 3'100),
            (std::vector<double>{1'000, 2'000, 4'000, 3'000, 3'500, 3'250, 3'125}));
  EXPECT_EQ(rates.best(), 3'000);
}

TEST(RateSearch, GivesUpWhereNothingPasses) {
  RateSearch rates{1'000};
  EXPECT_LT(search(rates, 0).size(), 12u);
  EXPECT_EQ(rates.best(), 0);
}

TEST(RateSearch, EndsWhereEverythingPasses) {
  RateSearch rates{1};
  EXPECT_LE(search(rates, 1e300).size(), static_cast<std::size_t>(RateSearch::tries_max));
}

}  // namespace
}  // namespace waymark::loadtest
