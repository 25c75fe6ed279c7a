// Clicks of several origins come mixed; the store wants them by id, and of twins the first.
#include "tracker/store/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace waymark::tracker {
namespace {

TEST(BatchSort, IsTheStableSortById) {
  std::mt19937_64 random{11};
  Batch batch;
  std::vector<Click> expected;
  for (int n = 0; n < 2'000; ++n) {
    Click click;
    // Few values in the first and the last byte: twins, and ids that differ at either end only.
    click.id.bytes.front() = static_cast<std::uint8_t>(random() % 40 * 6);
    click.id.bytes.back() = static_cast<std::uint8_t>(random() % 8);
    click.unix_ms = static_cast<std::uint64_t>(n);
    batch.add(click);
    expected.push_back(click);
  }
  std::stable_sort(expected.begin(), expected.end(),
                   [](const Click& a, const Click& b) { return a.id < b.id; });
  for (int again = 0; again < 2; ++again) {
    batch.sort();
    ASSERT_EQ(batch.clicks().size(), expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) {
      ASSERT_EQ(batch.clicks()[at].id, expected[at].id) << at;
      ASSERT_EQ(batch.clicks()[at].unix_ms, expected[at].unix_ms) << at;
    }
  }
}

}  // namespace
}  // namespace waymark::tracker
