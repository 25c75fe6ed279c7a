// Lines of a file that may be anything: one without line ends must not fill the memory.
#pragma once

#include <cstddef>
#include <deque>
#include <istream>
#include <string>
#include <vector>

namespace waymark::cli {

// What a line, or a record of several lines, may take; the API takes no more.
inline constexpr std::size_t import_line_bytes_max = 64 * 1024;

class LineReader {
 public:
  // `in` must outlive this.
  explicit LineReader(std::istream& in) : in_(in) {}

  // The next line without its end; false when there is none. Of a longer one the first
  // import_line_bytes_max + 1 bytes, which tells that it is too long.
  bool next(std::string& line);
  // Of the line that came last, from 1.
  std::size_t number() const noexcept { return number_; }
  // The last lines that came, in their order: they come again.
  void give_back(std::vector<std::string> lines);

 private:
  std::istream& in_;
  std::size_t number_ = 0;
  std::deque<std::string> again_;
};

}  // namespace waymark::cli
