// What an export leaves behind wherever it is cut, and clicks as CSV.
#include "tests/support/temporary_folder.hpp"
#include "tracker/cli/stream/click_csv.hpp"
#include "tracker/cli/stream/export_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace waymark::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct ExportFileTest : testing::Test {
  std::string content() const {
    std::ifstream in{name};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  ExportState state_of(std::string after = {}) const {
    ExportState state;
    state.range = {10, 20, "lnk_1", "camp_spring", std::move(after)};
    state.format = "ndjson";
    return state;
  }
  int failure(bool resume) {
    try {
      auto state = state_of();
      ExportFile{name, resume, state};
    } catch (const CommandFailure& failure) {
      return failure.exit_code();
    }
    return 0;
  }

  test::TemporaryFolder folder;
  std::string name = (folder.path() / "clicks.ndjson").string();
  std::string note = name + ".resume";
};

TEST_F(ExportFileTest, GoesOnBehindTheLastWholePage) {
  {
    auto state = state_of();
    ExportFile file{name, false, state};
    state.range.after = "first";
    file.append("one\n", state);
  }
  // Killed in the middle of the next page.
  std::ofstream{name, std::ios::app} << "torn";
  ExportState state;
  ExportFile file{name, true, state};
  EXPECT_EQ(content(), "one\n");
  EXPECT_EQ(state.range.after, "first");
  EXPECT_EQ(state.range.link, "lnk_1");
  EXPECT_EQ(state.range.to, 20);
  file.append("two\n", state);
  EXPECT_EQ(content(), "one\ntwo\n");
  file.finish();
  EXPECT_FALSE(std::filesystem::exists(note));
}

TEST_F(ExportFileTest, TouchesNoFileThatIsThere) {
  std::ofstream{name} << "mine";
  EXPECT_EQ(failure(false), exit_code::conflict);
  EXPECT_EQ(content(), "mine");
}

TEST_F(ExportFileTest, RefusesToGoOnWithWhatItDoesNotKnow) {
  EXPECT_EQ(failure(true), exit_code::not_found);
  std::ofstream{note} << "{";
  EXPECT_EQ(failure(true), exit_code::failure);
  auto state = state_of();
  state.bytes = 100;
  std::ofstream{note} << export_state_text(state);
  std::ofstream{name} << "short";
  EXPECT_EQ(failure(true), exit_code::failure);
}

TEST(ClickCsv, QuotesWhatNeedsIt) {
  EXPECT_THAT(click_csv_head(), StartsWith("v,id,ts,code,host,"));
  const auto rows = click_csv_rows(
      R"({"v":1,"id":"a","ts":5,"ua":"x \"y\", z\n","query":{"sub1":"k"},"test":true,"later":[1]})"
      "\n{\"v\":1,\"id\":\"b\",\"ts\":6}\n");
  EXPECT_THAT(rows, StartsWith("1,a,5,"));
  EXPECT_THAT(rows, HasSubstr(",\"x \"\"y\"\", z\n\","));
  EXPECT_THAT(rows, HasSubstr(R"(,"{""sub1"":""k""}",)"));
  EXPECT_THAT(rows, HasSubstr(",true\n1,b,6,"));
}

}  // namespace
}  // namespace waymark::cli
