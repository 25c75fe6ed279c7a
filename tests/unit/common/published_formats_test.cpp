// What outsiders rely on: the schema, its examples and the page of the formats agree with the code.
#include "common/click_line.hpp"
#include "common/click_line_fields.hpp"
#include "common/limits.hpp"

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

// The examples, and those that are frozen with an earlier version of the format.
std::vector<std::string> example_lines() {
  std::vector<std::string> lines;
  for (const auto& file : fs::recursive_directory_iterator{common_folder / "schema"}) {
    if (file.path().extension() != ".ndjson") continue;
    std::ifstream in{file.path()};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  }
  return lines;
}

Uuid uuid_of(const char* text) {
  return parse_uuid(text).value();
}

// A click with everything that can be in it.
std::string written_line() {
  const ClickParts parts{
      .id = uuid_of("0190163d-8694-7000-b8b1-c2d3e4f50617"),
      .unix_ms = 1'718'360'049'300,
      .code = "anna7",
      .link = "lnk_1",
      .campaign = "camp_spring",
      .referrer = "rfr_anna",
      .destination = "https://shop.example/welcome",
      .rule = 2,
      .host_json = R"("host":"go.example",)",
      .agent_json =
          R"json("ua":"Mozilla/5.0 (X11; Linux x86_64)","device":"desktop","os":"linux",)json",
      .query_json = R"("query":{"sub1":"spring sale"},"lang":"de",)",
      .visitor = uuid_of("0190163d-8694-7001-8aaa-bbbbccccdddd"),
      .new_visitor = true,
      .previous = uuid_of("018ffff8-a000-7111-a222-333344445555"),
      .channel = "whatsapp",
      .share = "s1",
      .referring_host = "mail.example",
      .country = "DE",
      .ip = "203.0.113.0",
      .ipk = "5bc825d0653c3a10",
      .bot = "tool",
      .list = "1.60.0+eac757",
      .outcome = "paused",
      .test = true};
  std::string line(limits::click_line_bytes_max, '\0');
  line.resize(static_cast<std::size_t>(write_click_line(parts, line.data()) - line.data()));
  return line;
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

// schema_test.py holds that file to the schema of today and to those of before.
TEST(Schema, written_ndjson_is_what_the_writer_writes) {
  EXPECT_EQ(content_of(common_folder / "schema/examples/written.ndjson"), written_line());
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
