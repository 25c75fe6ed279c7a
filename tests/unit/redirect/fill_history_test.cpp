#include "redirect/links/fill_markers.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace waymark::redirect {
namespace {

TEST(FillHistory, AnEdgeThatNeverSawOneTrustsRedis) {
  FillHistory history;
  EXPECT_TRUE(history.observe(""));
  EXPECT_TRUE(history.observe("nonsense"));
}

TEST(FillHistory, AMissingOrLowerMarkerIsNoAnswer) {
  FillHistory history;
  EXPECT_TRUE(history.observe("store:gen:5"));
  EXPECT_TRUE(history.observe("store:gen:5"));
  EXPECT_TRUE(history.observe("store:gen:7"));
  EXPECT_FALSE(history.observe("store:gen:6"));
  EXPECT_FALSE(history.observe(""));
  EXPECT_TRUE(history.observe("store:gen:7")) << "refilled";
}

TEST(FillHistory, ANewGenerationReplacesTheOldWhichNeverComesBack) {
  FillHistory history;
  EXPECT_TRUE(history.observe("store:one:90"));
  EXPECT_TRUE(history.observe("store:two:3")) << "restored from a backup";
  EXPECT_FALSE(history.observe("store:one:90")) << "an old copy of Redis";
  EXPECT_TRUE(history.observe("other:one:1")) << "another store";
}

TEST(FillMarkers, OutliveTheProcess) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "filled";
  FillMarkers markers = read_markers(file);
  EXPECT_TRUE(markers.observe("wm:filled", "store:one:90"));
  EXPECT_TRUE(markers.observe("wm:filled", "store:two:3"));
  EXPECT_TRUE(markers.observe("wm:filled:{7}", "store:two:5"));
  EXPECT_TRUE(markers.take_changed());
  EXPECT_FALSE(markers.take_changed());
  ASSERT_TRUE(write_markers(file, markers.text()));

  FillMarkers after = read_markers(file);
  EXPECT_FALSE(after.observe("wm:filled", "store:one:99"));
  EXPECT_FALSE(after.observe("wm:filled", "store:two:2"));
  EXPECT_TRUE(after.observe("wm:filled", "store:two:3"));
  EXPECT_FALSE(after.observe("wm:filled:{7}", "store:two:4"));
  EXPECT_TRUE(after.observe("wm:filled:{7}", "store:two:5"));
}

// Each master of a Cluster may lose its data alone.
TEST(FillMarkers, AreJudgedEachByItself) {
  FillMarkers markers;
  EXPECT_TRUE(markers.observe("a", "")) << "nobody has filled anything yet";
  EXPECT_TRUE(markers.observe("a", "store:one:90"));
  EXPECT_TRUE(markers.observe("b", "store:one:91"));
  EXPECT_FALSE(markers.observe("a", "store:one:89"));
  EXPECT_FALSE(markers.observe("a", ""));
  EXPECT_TRUE(markers.observe("b", "store:one:91"));
  EXPECT_FALSE(markers.observe("c", "")) << "the others have one";
  EXPECT_FALSE(markers.observe("c", "store:one:89")) << "behind all others";
  EXPECT_TRUE(markers.observe("c", "store:one:90"));
}

}  // namespace
}  // namespace waymark::redirect
