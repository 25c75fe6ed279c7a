#include "tracker/cli/import/link_lines.hpp"

#include "common/error.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace waymark::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Lt;
using testing::Not;
using testing::SizeIs;

std::vector<LinkLine> read(const std::string& text, std::optional<ImportFormat> format = {},
                           const std::string& campaign = "") {
  std::istringstream in{text};
  LinkLines lines{in, format, campaign};
  std::vector<LinkLine> all;
  while (auto line = lines.next()) all.push_back(std::move(*line));
  return all;
}

boost::json::object link_of(const LinkLine& line) {
  auto link = boost::json::parse(line.json).as_object();
  link.erase("idempotency_key");
  return link;
}

std::string key_of(const LinkLine& line) {
  return std::string{boost::json::parse(line.json).at("idempotency_key").as_string()};
}

std::string header_error(const std::string& text) {
  try {
    read(text);
  } catch (const StartupError& error) {
    EXPECT_EQ(error.exit_code(), exit_code::usage);
    return error.what();
  }
  return "no error";
}

TEST(LinkLines, CellsOfCsvGetTheTypesOfTheApi) {
  const auto lines = read(
      "\xef\xbb\xbf"
      "destination,max_clicks,starts_at,expires_at,test,rules,title\n"
      "https://a.example/,5,2026-01-31,1767225600,1,\"[{\"\"destination\"\":\"\"x\"\"}]\",007\n"
      "https://a.example/,many,soon,2026-01-31T12:00:00+02:00,false,[,\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(link_of(lines[0]), boost::json::parse(R"({"destination":"https://a.example/",
      "max_clicks":5,"starts_at":"2026-01-31","expires_at":"1767225600","test":true,
      "rules":[{"destination":"x"}],"title":"007"})"));
  EXPECT_EQ(link_of(lines[1]), boost::json::parse(R"({"destination":"https://a.example/",
      "max_clicks":"many","starts_at":"soon","expires_at":"2026-01-31T12:00:00+02:00",
      "test":false,"rules":"["})"))
      << "the API says what is wrong";
}

TEST(LinkLines, ARowOfTheWrongLengthIsNamed) {
  const auto lines = read("destination,code\nhttps://a.example/\nhttps://b.example/,b\n");
  EXPECT_EQ(lines[0].number, 2U);
  EXPECT_EQ(lines[0].json, "");
  EXPECT_THAT(lines[0].problem, HasSubstr("has 1 cells, the header has 2"));
  EXPECT_EQ(lines[1].problem, "");
}

TEST(LinkLines, HeadersAreChecked) {
  EXPECT_THAT(header_error("destination,cdoe\n"), HasSubstr("did you mean code?"));
  EXPECT_THAT(header_error("destination:code\n"), HasSubstr("unknown column"));
  EXPECT_THAT(header_error("code,code\n"), HasSubstr("twice"));
  EXPECT_THAT(header_error("full\n"), HasSubstr("unknown column"));
  EXPECT_THAT(header_error({"\xff\xfe"
                            "d\0e\0",
                            6}),
              HasSubstr("UTF-16; save the file as UTF-8"));
  EXPECT_THAT(header_error("PK\x03\x04\x1b[31m" + std::string(5'000, 'x')),
              AllOf(HasSubstr("unknown column 'PK"), Not(HasSubstr("\x1b")), SizeIs(Lt(600U))))
      << "a spreadsheet does not reach the terminal";
  EXPECT_EQ(header_error(""), "no error") << "an empty file has no links";
  EXPECT_THAT(header_error("Ziel\xe4\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(header_error("\n [{\"destination\":\"x\"}]"),
              HasSubstr("line 2: begins a JSON list"));
}

TEST(LinkLines, NamesOfColumnsMayBeWrittenLargeAndWithBlanks) {
  const auto lines = read("Destination, CODE ,title\nhttps://a.example/,A b, T\n");
  EXPECT_EQ(
      link_of(lines.at(0)),
      boost::json::parse(R"({"destination":"https://a.example/","code":"A b","title":" T"})"));
}

TEST(LinkLines, RowsAndLinesWithoutAnythingAreSkipped) {
  const auto csv = read("\n \ndestination,code\n,\nhttps://a.example/,a\n,,,\n");
  ASSERT_EQ(csv.size(), 1U);
  EXPECT_EQ(csv[0].number, 5U);
  const auto objects = read("\r\n  \n{\"destination\":\"https://a.example/\"}\n");
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].number, 3U);
}

TEST(LinkLines, WhatIsNoUtf8IsNamed) {
  const auto csv = read(
      "destination,title\nhttps://a.example/,Gr\xfc\xdf"
      "e\n");
  EXPECT_EQ(csv.at(0).field, "title");
  EXPECT_THAT(csv[0].problem, HasSubstr("save the file as UTF-8"));
  EXPECT_EQ(csv[0].json, "");
  EXPECT_THAT(read("{\"title\":\"Gr\xfc\xdf"
                   "e\"}\n")
                  .at(0)
                  .problem,
              HasSubstr("UTF-8"));
}

TEST(LinkLines, AliasesOfCsvArePartedByBlanks) {
  const auto lines = read("destination,aliases\nhttps://a.example/, a  b\nhttps://a.example/,\n");
  EXPECT_EQ(link_of(lines.at(0)).at("aliases"), boost::json::parse(R"(["a","b"])"));
  EXPECT_FALSE(link_of(lines.at(1)).contains("aliases"));
}

// The API refuses a member that comes twice, and must see it.
TEST(LinkLines, ObjectsArePassedOnAsTheyWereWritten) {
  const auto lines = read("{\"code\":\"a\",\"code\":\"b\"} \r\n{ }\n", {}, "c\"1");
  EXPECT_TRUE(lines.at(0).json.starts_with(R"({"code":"a","code":"b","campaign":"c\"1",")"));
  EXPECT_EQ(link_of(lines.at(1)), boost::json::parse(R"({"campaign":"c\"1"})"));
}

TEST(LinkLines, ObjectsArePassedOnAndNumberedByLine) {
  const auto lines = read("{\"destination\":\"https://a.example/\"}\r\n\n[]\n{\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(link_of(lines[0]).at("destination"), "https://a.example/");
  EXPECT_EQ(lines[1].number, 3U);
  EXPECT_THAT(lines[1].problem, HasSubstr("not a JSON object"));
  EXPECT_THAT(lines[2].problem, HasSubstr("is not JSON"));
}

TEST(LinkLines, ALineHasALimit) {
  const std::string padding(import_line_bytes_max, ' ');
  const auto lines = read("{" + padding + "}\n{\"destination\":\"https://a.example/\"}");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0].problem, HasSubstr("longer than 64 KiB"));
  EXPECT_EQ(lines[1].problem, "");
  EXPECT_EQ(lines[1].number, 2U);
}

TEST(LinkLines, ACampaignIsForLinksWithoutOne) {
  const auto lines =
      read("destination,campaign\nhttps://a.example/,\nhttps://a.example/,own\n", {}, "camp_1");
  EXPECT_EQ(link_of(lines[0]).at("campaign"), "camp_1");
  EXPECT_EQ(link_of(lines[1]).at("campaign"), "own");
}

TEST(LinkLines, TheSameLineHasTheSameKeyAndIsCounted) {
  const std::string text =
      "destination,code\nhttps://a.example/,\nhttps://a.example/,\n"
      "https://a.example/,x\n";
  const auto lines = read(text);
  EXPECT_EQ(lines[0].content, lines[1].content);
  EXPECT_NE(key_of(lines[0]), key_of(lines[1]));
  EXPECT_NE(lines[0].content, lines[2].content);
  const auto again = read(text);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(again[i].json, lines[i].json);
  const auto moved = read("destination,code\nhttps://a.example/,x\nhttps://a.example/,\n");
  EXPECT_EQ(key_of(moved[0]), key_of(lines[2])) << "wherever it stands in the file";
}

TEST(LinkLines, IdsAndKeysOfTheFileStay) {
  const auto lines = read(
      "destination,id,idempotency_key\nhttps://a.example/,lnk_1,\n"
      "https://a.example/,,row 7\n");
  EXPECT_FALSE(boost::json::parse(lines[0].json).as_object().contains("idempotency_key"));
  EXPECT_EQ(key_of(lines[1]), "row 7");
}

}  // namespace
}  // namespace waymark::cli
