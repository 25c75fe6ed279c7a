#include "tracker/cli/arguments.hpp"

#include "common/error.hpp"
#include "tracker/cli/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waymark::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<CommandSpec> commands{
    {"link add",
     "DESTINATION",
     1,
     1,
     "Make a link",
     {{"--code", "CODE", "Its code"}, {"--test", "", "Test mode"}},
     {"link add https://a.example/"},
     nullptr},
    {"link list", "", 0, 0, "Show links", {}, {"link list"}, nullptr},
    {"link dead list", "", 0, 0, "Show dead links", {}, {"link dead list"}, nullptr},
    {"up", "", 0, 0, "Run", {{"--demo", "", "Sample"}}, {"up"}, nullptr},
};

ParsedLine parse(const std::vector<std::string>& words) {
  return parse_line(commands, words);
}

TEST(Arguments, ACommandMayHaveThreeWords) {
  EXPECT_EQ(parse({"link", "--json", "dead", "list"}).command->words, "link dead list");
  EXPECT_THROW(parse({"link", "dead"}), StartupError);
}

std::string usage_error(const std::vector<std::string>& words) {
  try {
    parse(words);
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::usage);
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, ChoosesTheCommandOfTwoWords) {
  const auto line = parse({"link", "add", "https://a.example/", "--code", "anna7", "--test"});
  ASSERT_NE(line.command, nullptr);
  EXPECT_EQ(line.command->words, "link add");
  EXPECT_THAT(line.arguments.operands(), ElementsAre("https://a.example/"));
  EXPECT_EQ(line.arguments.value("--code"), "anna7");
  EXPECT_TRUE(line.arguments.has("--test"));
  EXPECT_FALSE(line.arguments.value("--api"));
}

TEST(CommandLine, TakesFlagsBeforeBetweenAndAfterTheWords) {
  const auto line = parse({"--api", "http://h:1", "link", "--json", "add", "--code=x", "d"});
  ASSERT_NE(line.command, nullptr);
  EXPECT_EQ(line.arguments.value("--api"), "http://h:1");
  EXPECT_TRUE(line.arguments.has("--json"));
  EXPECT_EQ(line.arguments.value("--code"), "x");
  EXPECT_THAT(line.arguments.operands(), ElementsAre("d"));
}

TEST(CommandLine, ValueOfAFlagMayLookLikeACommandOrAFlag) {
  EXPECT_EQ(parse({"link", "add", "d", "--code", "up"}).arguments.value("--code"), "up");
  EXPECT_EQ(parse({"link", "add", "d", "--code", "-x"}).arguments.value("--code"), "-x");
}

TEST(CommandLine, TwoDashesEndTheFlags) {
  EXPECT_THAT(parse({"link", "add", "--", "--code"}).arguments.operands(), ElementsAre("--code"));
}

TEST(CommandLine, SuggestsTheNearestCommand) {
  EXPECT_THAT(usage_error({"lnik", "add"}), HasSubstr("did you mean link?"));
  EXPECT_THAT(usage_error({"link", "lst"}), HasSubstr("did you mean list?"));
  EXPECT_THAT(usage_error({"zzzzzz"}), Not(HasSubstr("did you mean")));
}

TEST(CommandLine, SuggestsTheNearestFlag) {
  EXPECT_THAT(usage_error({"link", "add", "d", "--cdoe", "x"}), HasSubstr("did you mean --code?"));
  EXPECT_THAT(usage_error({"up", "--jsn"}), HasSubstr("did you mean --json?"));
  EXPECT_THAT(usage_error({"link", "list", "--code", "x"}), HasSubstr("unknown flag '--code'"));
}

TEST(CommandLine, NamesWhatIsMissingOrTooMuch) {
  EXPECT_EQ(usage_error({"link", "add"}), "usage: waymark link add DESTINATION");
  EXPECT_THAT(usage_error({"up", "down"}), HasSubstr("unexpected 'down'"));
  EXPECT_THAT(usage_error({"link", "add", "d", "--code"}), HasSubstr("--code needs a value"));
  EXPECT_THAT(usage_error({"up", "--demo=yes"}), HasSubstr("takes no value"));
  EXPECT_THAT(usage_error({"link", "add", ""}), HasSubstr("empty; usage: waymark link add"));
}

TEST(CommandLine, HelpNeedsNoOperands) {
  EXPECT_TRUE(parse({"link", "add", "--help"}).help);
  const auto line = parse({"help", "link", "add"});
  EXPECT_TRUE(line.help);
  ASSERT_NE(line.command, nullptr);
  EXPECT_EQ(line.command->words, "link add");
  EXPECT_EQ(parse({"link"}).group, "link");
}

TEST(CommandLine, HelpShowsFlagsAndExamples) {
  const auto text = command_help(commands[0], Palette{1, false});
  EXPECT_THAT(text, HasSubstr("--code CODE"));
  EXPECT_THAT(text, HasSubstr("waymark link add https://a.example/"));
  EXPECT_THAT(text, HasSubstr("--api URL"));
  auto wordy = commands[0];
  wordy.details = "Much to say.";
  EXPECT_THAT(command_help(wordy, Palette{1, false}), HasSubstr("\nMuch to say.\n"));
  EXPECT_THAT(overview({&wordy, 1}, "", Palette{1, false}), Not(HasSubstr("Much")));
  EXPECT_THAT(overview(commands, "", Palette{1, false}), HasSubstr("link list"));
  EXPECT_THAT(overview(commands, "link", Palette{1, false}), Not(HasSubstr("up ")));
}

}  // namespace
}  // namespace waymark::cli
