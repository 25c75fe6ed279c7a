// CSV as RFC 4180 has it, record by record: quotes, quotes within quotes, line breaks in cells,
// CRLF or LF. Lines without anything are skipped. Where the header has no comma, cells are parted
// by semicolons or tabs, as spreadsheets write them in half of the world.
#pragma once

#include "tracker/cli/import/bounded_line.hpp"

#include <cstddef>
#include <istream>
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

  // `in` must outlive this.
  explicit CsvReader(std::istream& in) : in_(in) {}

  // Nothing at the end, and after a record that has no end.
  std::optional<CsvRecord> next();

 private:
  enum class State { begin, plain, quoted, closed };

  bool read_line();
  void choose_separator();
  void take_line(CsvRecord& record);
  void take(char c, CsvRecord& record);
  void end_cell(CsvRecord& record);

  std::istream& in_;
  std::size_t line_ = 0;
  std::string text_;       // the present line, without its end
  char separator_ = '\0';  // not chosen yet
  State state_ = State::begin;
  std::string cell_;
  bool ended_ = false;
};

}  // namespace waymark::cli
