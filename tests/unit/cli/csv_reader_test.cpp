#include "tracker/cli/import/csv_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace waymark::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<CsvRecord> read(const std::string& text) {
  std::istringstream in{text};
  CsvReader reader{in};
  std::vector<CsvRecord> records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

TEST(CsvReader, CellsArePartedByCommasAndRecordsByLineEnds) {
  const auto records = read("a,b,\r\n,,\nc d, e");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_THAT(records[0].cells, ElementsAre("a", "b", ""));
  EXPECT_THAT(records[1].cells, ElementsAre("", "", ""));
  EXPECT_THAT(records[2].cells, ElementsAre("c d", " e")) << "blanks belong to the cell";
}

TEST(CsvReader, TheHeaderTellsBySemicolonsOrTabsThatCellsArePartedByThem) {
  const auto records = read("a;b\nc,d;\"e;f\"\n");
  EXPECT_THAT(records[0].cells, ElementsAre("a", "b"));
  EXPECT_THAT(records[1].cells, ElementsAre("c,d", "e;f"));
  EXPECT_THAT(read("a\tb\nc;d\t\n").at(1).cells, ElementsAre("c;d", ""));
  EXPECT_THAT(read("a,b\nc;d,e\n").at(1).cells, ElementsAre("c;d", "e"));
  EXPECT_THAT(read("a\nb;c\n").at(1).cells, ElementsAre("b;c")) << "one column has no separator";
}

TEST(CsvReader, QuotesHoldCommasLineEndsAndQuotes) {
  const auto records = read("\"a,b\",\"c\"\"d\"\"\",\"e\r\nf\n\ng\",\"\"\nnext");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].cells, ElementsAre("a,b", "c\"d\"", "e\nf\n\ng", ""));
  EXPECT_EQ(records[1].line, 5U) << "lines count, not records";
}

TEST(CsvReader, AQuoteInsideOfACellIsAnOrdinaryCharacter) {
  EXPECT_THAT(read("5\" disk,b").at(0).cells, ElementsAre("5\" disk", "b"));
}

TEST(CsvReader, EmptyLinesAreSkippedAndCounted) {
  const auto records = read("\n\r\na\n\n");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].line, 3U);
}

TEST(CsvReader, TextAfterAClosedQuoteSpoilsItsRecordAlone) {
  const auto records = read("\"a\"b,c\nd");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].problem, HasSubstr("after a quote"));
  EXPECT_EQ(records[1].problem, "");
}

TEST(CsvReader, AQuoteThatIsNeverClosedEndsTheFile) {
  const auto records = read("a\n\"b\nc\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_THAT(records[1].problem, HasSubstr("not closed"));
  std::string endless = "\"";
  for (int i = 0; i < 10'000; ++i) endless += "0123456789\n";
  EXPECT_THAT(read(endless).at(0).problem, HasSubstr("not closed"));
}

TEST(CsvReader, ARecordHasALimit) {
  const auto records = read(std::string(CsvReader::record_bytes_max + 1, 'x') + "\nb");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].problem, HasSubstr("longer"));
  EXPECT_THAT(records[1].cells, ElementsAre("b"));
}

}  // namespace
}  // namespace waymark::cli
