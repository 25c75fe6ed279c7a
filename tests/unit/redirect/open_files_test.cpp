// Connections take what the limit of open files leaves, not what the edge needs for itself.
#include "redirect/server/open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace waymark::redirect::test {
namespace {

TEST(OpenFiles, AreRaisedToWhatIsAllowed) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit low{256, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files(), before.rlim_max);
  rlimit after{};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(OpenFiles, SomeAreKeptForTheEdgeItself) {
  EXPECT_EQ(connections_within(1'024, 2), 896U);
  EXPECT_EQ(connections_within(65'536, 4), 65'344U);
  EXPECT_EQ(connections_within(RLIM_INFINITY, 2), RLIM_INFINITY - 128);
  EXPECT_EQ(connections_within(16, 4), 4U) << "too few for anything: each thread serves one";
}

}  // namespace
}  // namespace waymark::redirect::test
