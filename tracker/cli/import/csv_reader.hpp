// CSV as RFC 4180 has it, record by record: quotes, quotes within quotes, line breaks in cells,
// CRLF or LF; every record has as many cells as the first, the header. Records without anything in
// their cells are skipped. Where the header has no comma, cells are parted by semicolons or tabs,
// as spreadsheets write them in half of the world.
#pragma once

#include "tracker/cli/import/line_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace waymark::cli {

struct CsvRecord {
  std::size_t line = 0;  // that it begins on, from 1
  std::vector<std::string> cells;
  std::string problem;  // not empty: the record cannot be used
};

class CsvReader {
 public:
  // What one record may take. A quote that is never closed would otherwise swallow the file.
  static constexpr std::size_t record_bytes_max = import_line_bytes_max;

  // `lines` must outlive this.
  explicit CsvReader(LineReader& lines) : lines_(lines) {}

  // Nothing at the end. A record that cannot be used has a problem, and costs no line but its
  // first: where a quote took more lines into it, these come again.
  std::optional<CsvRecord> next();

 private:
  enum class State { begin, plain, quoted, closed };

  std::optional<CsvRecord> next_record();
  void check_size(CsvRecord& record, std::size_t bytes);
  bool read_line();
  void choose_separator();
  void take_line(CsvRecord& record);
  void take(char c, CsvRecord& record);
  void end_cell(CsvRecord& record);

  LineReader& lines_;
  std::string text_;         // the present line, without its end
  char separator_ = '\0';    // not chosen yet
  std::size_t columns_ = 0;  // of the header; 0: it was not read yet
  State state_ = State::begin;
  std::string cell_;
};

}  // namespace waymark::cli
