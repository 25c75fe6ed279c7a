#include "tracker/cli/import/csv_reader.hpp"

#include <string_view>
#include <utility>

namespace waymark::cli {

std::optional<CsvRecord> CsvReader::next() {
  do {
    if (ended_ || !read_line()) return std::nullopt;
  } while (text_.empty());
  if (separator_ == '\0') choose_separator();
  CsvRecord record;
  record.line = line_;
  std::size_t bytes = 0;
  for (;;) {
    bytes += text_.size();
    take_line(record);
    if (state_ != State::quoted) break;
    if (bytes > record_bytes_max || !read_line()) {
      record.problem = "has a quote that is not closed";
      ended_ = true;
      return record;
    }
    cell_ += '\n';
  }
  end_cell(record);
  if (bytes > record_bytes_max) record.problem = "is longer than 64 KiB";
  return record;
}

bool CsvReader::read_line() {
  if (!read_bounded_line(in_, text_)) return false;
  ++line_;
  // A CR inside of quotes is lost as well: cells have LF, whatever the file has.
  if (text_.ends_with('\r')) text_.pop_back();
  return true;
}

void CsvReader::choose_separator() {
  separator_ = ',';
  if (text_.find(',') != std::string::npos) return;
  const std::size_t other = text_.find_first_of(";\t");
  if (other != std::string::npos) separator_ = text_[other];
}

void CsvReader::take_line(CsvRecord& record) {
  for (const char c : text_) take(c, record);
}

void CsvReader::take(char c, CsvRecord& record) {
  switch (state_) {
    case State::begin:
    case State::plain:
      if (c == separator_) {
        end_cell(record);
      } else if (c == '"' && state_ == State::begin) {
        state_ = State::quoted;
      } else {
        state_ = State::plain;
        cell_ += c;
      }
      return;
    case State::quoted:
      if (c == '"') {
        state_ = State::closed;
      } else {
        cell_ += c;
      }
      return;
    case State::closed:
      if (c == separator_) {
        end_cell(record);
      } else if (c == '"') {  // two quotes stand for one
        cell_ += c;
        state_ = State::quoted;
      } else {
        record.problem = "has text after a quote that was closed";
      }
      return;
  }
}

void CsvReader::end_cell(CsvRecord& record) {
  record.cells.push_back(std::exchange(cell_, {}));
  state_ = State::begin;
}

}  // namespace waymark::cli
