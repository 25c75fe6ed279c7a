#include "tracker/cli/import/line_reader.hpp"

#include <iterator>
#include <utility>

namespace waymark::cli {

bool LineReader::next(std::string& line) {
  if (!again_.empty()) {
    line = std::move(again_.front());
    again_.pop_front();
    ++number_;
    return true;
  }
  line.clear();
  bool begun = false;
  for (char c = 0; in_.get(c);) {
    begun = true;
    if (c == '\n') break;
    if (line.size() <= import_line_bytes_max) line += c;
  }
  number_ += begun ? 1U : 0U;
  return begun;
}

void LineReader::give_back(std::vector<std::string> lines) {
  number_ -= lines.size();
  again_.insert(again_.begin(), std::make_move_iterator(lines.begin()),
                std::make_move_iterator(lines.end()));
}

}  // namespace waymark::cli
