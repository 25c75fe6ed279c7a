// What outsiders rely on: the schema, its examples and the page of the formats agree with the code.
#include "common/click_line.hpp"
#include "common/click_line_fields.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace waymark {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path common_folder{WAYMARK_COMMON_FOLDER};

std::string content_of(const fs::path& file) {
  std::ifstream in{file};
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<std::string> example_lines() {
  std::vector<std::string> lines;
  for (const auto& file : fs::directory_iterator{common_folder / "schema" / "examples"}) {
    std::ifstream in{file.path()};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  }
  return lines;
}

TEST(Schema, names_the_keys_that_the_parser_knows) {
  const json::value schema = json::parse(content_of(common_folder / "schema/click.v1.schema.json"));
  std::vector<std::string> published, known;
  for (const auto& property : schema.at("properties").as_object()) {
    published.emplace_back(property.key());
  }
  for (const detail::LineKey& key : detail::line_keys) known.emplace_back(key.name);
  EXPECT_THAT(published, testing::UnorderedElementsAreArray(known));
}

TEST(Schema, examples_are_read_as_another_library_reads_them) {
  ClickLineParser parser;
  const auto lines = example_lines();
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    const auto click = parser.parse(line);
    ASSERT_TRUE(click) << line;
    const json::object expected = json::parse(line).as_object();
    const auto text = [&](const char* key) {
      const auto* const value = expected.if_contains(key);
      return value == nullptr ? std::string{} : std::string{value->as_string()};
    };
    EXPECT_EQ(click->id.text(), text("id"));
    EXPECT_EQ(click->id.unix_ms(), click->unix_ms);
    EXPECT_EQ(click->code, text("code"));
    EXPECT_EQ(click->destination, text("destination"));
    EXPECT_EQ(click->user_agent, text("ua"));
    EXPECT_EQ(click->bot, text("bot"));
    EXPECT_EQ(click->previous ? click->previous->text() : "", text("prev"));
    EXPECT_EQ(click->query_json.empty(), !expected.contains("query"));
  }
}

TEST(Schema, examples_show_every_key) {
  std::string all;
  for (const std::string& line : example_lines()) all += line;
  for (const detail::LineKey& key : detail::line_keys) {
    EXPECT_THAT(all, testing::HasSubstr('"' + std::string{key.name} + "\":"));
  }
}

// token_test.cpp and keys_test.cpp hold the code to the same texts.
TEST(FormatsPage, shows_the_worked_examples) {
  const std::string page = content_of(common_folder / "README.md");
  for (const char* text : {"AZAWPYaUc5u4scLT5PUGF7Hmt5dEMj6N",
                           "1.k1.AZAWPYaUeqqKqru7zMzd3QELY2FtcF9zcHJpbmcAZqrQAAGP__"
                           "igAHERoiIzM0REVVUFYW5uYTcBkBY9hpRzm7"
                           "ixwtPk9QYXBWJlbl8y.VswB_3-jNnOmQ1ERHCinSA",
                           "5bc825d0653c3a10"}) {
    EXPECT_THAT(page, testing::HasSubstr(text));
  }
}

}  // namespace
}  // namespace waymark
