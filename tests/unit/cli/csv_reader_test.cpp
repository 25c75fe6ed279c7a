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
  LineReader lines{in};
  CsvReader reader{lines};
  std::vector<CsvRecord> records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

TEST(CsvReader, CellsArePartedByCommasAndRecordsByLineEnds) {
  const auto records = read("a,b,\r\n,,1\nc d, e,");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_THAT(records[0].cells, ElementsAre("a", "b", ""));
  EXPECT_THAT(records[1].cells, ElementsAre("", "", "1"));
  EXPECT_THAT(records[2].cells, ElementsAre("c d", " e", "")) << "blanks belong to the cell";
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
  const auto records = read("\"a,b\",\"c\"\"d\"\"\",\"e\r\nf\n\ng\",\"\"\nnext,,,");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].cells, ElementsAre("a,b", "c\"d\"", "e\nf\n\ng", ""));
  EXPECT_EQ(records[1].line, 5U) << "lines count, not records";
}

TEST(CsvReader, AQuoteInsideOfACellIsAnOrdinaryCharacter) {
  EXPECT_THAT(read("5\" disk,b").at(0).cells, ElementsAre("5\" disk", "b"));
}

TEST(CsvReader, RecordsWithoutAnythingAreSkippedAndCounted) {
  const auto records = read("\n\r\na,b\n\n,\n,,,,\nc,d\n");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].line, 3U);
  EXPECT_EQ(records[1].line, 7U);
}

TEST(CsvReader, ARecordHasAsManyCellsAsTheHeader) {
  const auto records = read("a,b\nc\nd,e,f\ng,h\n");
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[1].problem, "has 1 cells, the header has 2");
  EXPECT_EQ(records[2].problem, "has 3 cells, the header has 2");
  EXPECT_EQ(records[3].problem, "");
}

TEST(CsvReader, TextAfterAClosedQuoteSpoilsItsRecordAlone) {
  const auto records = read("\"a\"b,c\nd");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].problem, HasSubstr("after a quote"));
  EXPECT_EQ(records[1].problem, "");
}

// Wherever it meets the next quote, or none at all.
TEST(CsvReader, AQuoteThatIsNotClosedCostsItsOwnLineAlone) {
  for (const std::string end : {"", "i,\"j\"\n", "i,\"\"\n", "\"i\",j\n"}) {
    const auto records = read("a,b\n\"12 inch,c\n\nd,e\nf,g\n" + end);
    ASSERT_EQ(records.size(), end.empty() ? 4U : 5U) << end;
    EXPECT_EQ(records[1].line, 2U);
    EXPECT_THAT(records[1].problem, HasSubstr("a quote goes on to line")) << end;
    EXPECT_THAT(records[2].cells, ElementsAre("d", "e"));
    EXPECT_EQ(records[2].line, 4U);
    EXPECT_THAT(records[3].cells, ElementsAre("f", "g"));
    EXPECT_EQ(records[3].line, 5U);
    EXPECT_EQ(records.back().line, end.empty() ? 5U : 6U);
  }
  std::string endless = "a\n\"";
  for (int i = 0; i < 10'000; ++i) endless += "0123456789\n";
  const auto records = read(endless);
  EXPECT_THAT(records.at(1).problem, HasSubstr("not closed"));
  EXPECT_EQ(records.size(), 10'001U);
}

TEST(CsvReader, ARecordHasALimit) {
  const auto records = read(std::string(CsvReader::record_bytes_max + 1, 'x') + "\nb");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_THAT(records[0].problem, HasSubstr("longer"));
  EXPECT_THAT(records[1].cells, ElementsAre("b"));
}

// As of a device that never ends a line.
TEST(LineReader, DoesNotKeepWhatIsTooLong) {
  std::istringstream in{std::string(10 * import_line_bytes_max, 'x') + "\nnext"};
  LineReader lines{in};
  std::string line;
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line.size(), import_line_bytes_max + 1);
  ASSERT_TRUE(lines.next(line));
  EXPECT_EQ(line, "next");
  EXPECT_FALSE(lines.next(line));
}

}  // namespace
}  // namespace waymark::cli
