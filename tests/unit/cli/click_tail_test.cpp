#include "tracker/cli/click_tail.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

constexpr std::uint64_t now = 1'767'225'600'000;

// An id of that moment, `number` telling those of one moment apart.
std::string id(std::uint64_t ms, unsigned number = 0) {
  const auto time = fmt::format("{:012x}", ms);
  return fmt::format("{}-{}-7000-8000-{:012x}", time.substr(0, 8), time.substr(8), number);
}

TEST(ShownClicks, ShowsEachOnce) {
  ShownClicks shown;
  EXPECT_EQ(shown.read_after(), "");
  EXPECT_TRUE(shown.take(id(now)));
  EXPECT_FALSE(shown.take(id(now)));
}

TEST(ShownClicks, ShowsOneThatIsStoredAfterANewerOne) {
  ShownClicks shown;
  EXPECT_TRUE(shown.take(id(now)));
  const std::string late = id(now - ShownClicks::window_ms + 1);
  EXPECT_LT(shown.read_after(), late) << "it is read again";
  EXPECT_TRUE(shown.take(late));
  EXPECT_FALSE(shown.take(late));
}

TEST(ShownClicks, LeavesOutWhatWasBeforeTheStart) {
  ShownClicks shown{id(now - 5)};
  EXPECT_EQ(shown.read_after(), id(now - 5));
  EXPECT_TRUE(shown.take(id(now)));
  EXPECT_EQ(shown.read_after(), id(now - 5));
  EXPECT_FALSE(shown.take(id(now - 6)));
  EXPECT_TRUE(shown.take(id(now - 4)));
}

TEST(ShownClicks, RemembersALimitedNumberAndStillShowsEachOnce) {
  ShownClicks shown;
  for (unsigned n = 0; n < 3 * ShownClicks::ids_max; ++n) EXPECT_TRUE(shown.take(id(now, n)));
  const std::string after = shown.read_after();
  for (unsigned n = 0; n < 3 * ShownClicks::ids_max; ++n) EXPECT_FALSE(shown.take(id(now, n)));
  EXPECT_EQ(after, id(now, 2 * ShownClicks::ids_max)) << "what was forgotten is not read again";
}

}  // namespace
}  // namespace waymark::cli
