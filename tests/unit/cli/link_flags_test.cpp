#include "tracker/cli/link_flags.hpp"

#include "common/error.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace waymark::cli {
namespace {

Arguments given(std::initializer_list<std::pair<std::string_view, std::string>> flags) {
  Arguments arguments;
  for (const auto& [flag, value] : flags) arguments.set(flag, value);
  return arguments;
}

TEST(LinkFlags, BecomeMembersOfTheApi) {
  EXPECT_EQ(link_members(given({{"--code", "anna8"},
                                {"--starts-at", "2026-01-01"},
                                {"--max-clicks", "5"},
                                {"--status-code", "307"},
                                {"--test", "true"}})),
            boost::json::parse(R"({"code":"anna8","starts_at":1767225600,"max_clicks":5,
                                   "status_code":307,"test":true})"));
  EXPECT_TRUE(link_members(given({})).empty());
}

TEST(LinkFlags, AnEmptyValueClears) {
  EXPECT_EQ(link_members(given({{"--campaign", ""}, {"--max-clicks", ""}, {"--rules", ""}})),
            boost::json::parse(R"({"campaign":null,"max_clicks":null,"rules":null})"));
}

TEST(LinkFlags, RulesComeFromAFile) {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "rules.json").string();
  std::ofstream{file} << R"([{"destination":"https://a.example/"}])";
  EXPECT_EQ(link_members(given({{"--rules", file}})),
            boost::json::parse(R"({"rules":[{"destination":"https://a.example/"}]})"));
  for (const auto* text : {"{}", "[", ""}) {
    std::ofstream{file, std::ios::trunc} << text;
    EXPECT_THROW(link_members(given({{"--rules", file}})), StartupError) << text;
  }
}

TEST(LinkFlags, WhatCannotBeReadNamesItsFlag) {
  for (const auto& [flag, value] :
       {std::pair{"--test", "yes"}, {"--max-clicks", "0"}, {"--starts-at", "soon"}}) {
    try {
      link_members(given({{flag, value}}));
      ADD_FAILURE() << flag;
    } catch (const StartupError& error) {
      EXPECT_TRUE(std::string_view{error.what()}.starts_with(flag)) << error.what();
    }
  }
}

}  // namespace
}  // namespace waymark::cli
