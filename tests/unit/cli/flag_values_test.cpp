#include "common/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tracker/cli/commands.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace waymark::cli {
namespace {

TEST(FlagValues, ReadMomentsAsTheApiDoes) {
  EXPECT_EQ(moment_of("--starts-at", "1767225600"), 1767225600);
  EXPECT_EQ(moment_of("--starts-at", "2026-01-01"), 1767225600);
  EXPECT_EQ(moment_of("--starts-at", "2026-01-01T01:00:00Z"), 1767229200);
  EXPECT_EQ(moment_of("--starts-at", "2026-01-01T01:00:00+01:00"), 1767225600);
}

TEST(FlagValues, RefuseWhatIsNoMoment) {
  for (const auto* text :
       {"", "tomorrow", "2026-13-01", "2026-02-31", "2026-01-01T01:00:00", "-5"}) {
    EXPECT_THROW(moment_of("--starts-at", text), StartupError) << text;
  }
}

TEST(FlagValues, NumbersKeepTheirRange) {
  EXPECT_EQ(number_of("--limit", "100", 1, 100), 100);
  for (const auto* text : {"0", "101", "ten", "1.5", "", "99999999999999999999"}) {
    EXPECT_THROW(number_of("--limit", text, 1, 100), StartupError) << text;
  }
}

TEST(FlagValues, FilesAreReadWholeAndNotWithoutEnd) {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "text").string();
  std::ofstream{file} << "a\nb";
  EXPECT_EQ(text_of_file("--rules", file), "a\nb");
  std::ofstream{file} << std::string(1024 * 1024 + 1, 'x');
  EXPECT_THROW(text_of_file("--rules", file), StartupError);
  EXPECT_THROW(text_of_file("--rules", file + ".none"), StartupError);
}

}  // namespace
}  // namespace waymark::cli
