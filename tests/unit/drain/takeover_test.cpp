// Whose entries are taken over.
#include "tracker/drain/takeover.hpp"

#include <gtest/gtest.h>

namespace waymark::tracker {
namespace {

using Names = std::vector<std::string>;

LeaseRow lease(std::string name, std::int64_t rest_ms) {
  return {.name = std::move(name), .holder = "x", .rest_ms = rest_ms};
}

TEST(Abandoned, AreConsumersWithoutALease) {
  EXPECT_EQ(abandoned({"a-0", "b-0"}, {lease("tracker:b-0", 1)}, "me-0"), Names{"a-0"});
  EXPECT_EQ(abandoned({"a-0"}, {lease("a-0", 1)}, "me-0"), Names{"a-0"}) << "not a tracker's";
}

TEST(Abandoned, AreTrackersWhoseLeaseHasExpired) {
  EXPECT_EQ(abandoned({"a-0"}, {lease("tracker:a-0", 0)}, "me-0"), Names{"a-0"});
  EXPECT_EQ(abandoned({}, {lease("tracker:a-0", -5)}, "me-0"), Names{"a-0"})
      << "its row is put in order although it has read nothing";
}

TEST(Abandoned, IsNeverTheTrackerItself) {
  EXPECT_EQ(abandoned({"me-0"}, {}, "me-0"), Names{});
  EXPECT_EQ(abandoned({"me-0"}, {lease("tracker:me-0", -1)}, "me-0"), Names{});
}

TEST(Abandoned, LeasesOfWorkAreNoTrackers) {
  EXPECT_EQ(abandoned({}, {lease("folding", -5), lease("mirror", 9)}, "me-0"), Names{});
}

}  // namespace
}  // namespace waymark::tracker
