#include "tracker/cli/import/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::cli {

std::optional<CsvRecord> CsvReader::next() {
  for (;;) {
    auto record = next_record();
    const bool says_nothing = record && record->problem.empty() &&
                              std::ranges::all_of(record->cells, &std::string::empty);
    if (!says_nothing) return record;
  }
}

std::optional<CsvRecord> CsvReader::next_record() {
  if (!read_line()) return std::nullopt;
  if (separator_ == '\0' && !text_.empty()) choose_separator();
  CsvRecord record;
  record.line = lines_.number();
  std::size_t bytes = text_.size();
  take_line(record);
  std::vector<std::string> more;  // lines of it, after the first
  while (state_ == State::quoted && bytes <= record_bytes_max && read_line()) {
    bytes += text_.size();
    more.push_back(text_);
    cell_ += '\n';
    take_line(record);
  }
  if (state_ == State::quoted) record.problem = "has a quote that is not closed";
  end_cell(record);
  check_size(record, bytes);
  if (!record.problem.empty() && !more.empty()) {
    record.problem += fmt::format(" (a quote goes on to line {})", lines_.number());
    lines_.give_back(std::move(more));
  }
  return record;
}

void CsvReader::check_size(CsvRecord& record, std::size_t bytes) {
  if (!record.problem.empty() || std::ranges::all_of(record.cells, &std::string::empty)) return;
  if (columns_ == 0) columns_ = record.cells.size();
  if (bytes > record_bytes_max) {
    record.problem = "is longer than 64 KiB";
  } else if (record.cells.size() != columns_) {
    record.problem = fmt::format("has {} cells, the header has {}", record.cells.size(), columns_);
  }
}

bool CsvReader::read_line() {
  if (!lines_.next(text_)) return false;
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
