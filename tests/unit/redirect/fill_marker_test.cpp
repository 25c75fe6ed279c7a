#include "redirect/links/fill_marker.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect {
namespace {

TEST(FillMarker, AnEdgeThatNeverSawOneTrustsRedis) {
  FillMarker marker;
  EXPECT_TRUE(marker.observe(""));
  EXPECT_TRUE(marker.observe("nonsense"));
}

TEST(FillMarker, AMissingOrLowerMarkerIsNoAnswer) {
  FillMarker marker;
  EXPECT_TRUE(marker.observe("store:gen:5"));
  EXPECT_TRUE(marker.observe("store:gen:5"));
  EXPECT_TRUE(marker.observe("store:gen:7"));
  EXPECT_FALSE(marker.observe("store:gen:6"));
  EXPECT_FALSE(marker.observe(""));
  EXPECT_TRUE(marker.observe("store:gen:7")) << "refilled";
}

TEST(FillMarker, ANewGenerationReplacesTheOldWhichNeverComesBack) {
  FillMarker marker;
  EXPECT_TRUE(marker.observe("store:one:90"));
  EXPECT_TRUE(marker.observe("store:two:3")) << "restored from a backup";
  EXPECT_FALSE(marker.observe("store:one:90")) << "an old copy of Redis";
  EXPECT_TRUE(marker.observe("other:one:1")) << "another store";
}

TEST(FillMarker, OutlivesTheProcess) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "filled";
  FillMarker marker = read_marker(file);
  EXPECT_TRUE(marker.observe("store:one:90"));
  EXPECT_TRUE(marker.observe("store:two:3"));
  EXPECT_TRUE(marker.take_changed());
  EXPECT_FALSE(marker.take_changed());
  ASSERT_TRUE(write_marker(file, marker));

  FillMarker after = read_marker(file);
  EXPECT_FALSE(after.observe("store:one:99"));
  EXPECT_FALSE(after.observe("store:two:2"));
  EXPECT_TRUE(after.observe("store:two:3"));
}

}  // namespace
}  // namespace waymark::redirect
