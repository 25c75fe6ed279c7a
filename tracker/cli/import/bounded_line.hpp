// Lines of a file that may be anything: one without line ends must not fill the memory.
#pragma once

#include <cstddef>
#include <istream>
#include <string>

namespace waymark::cli {

// What a line, or a record of several lines, may take; the API takes no more.
inline constexpr std::size_t import_line_bytes_max = 64 * 1024;

// The next line without its end; false when there is none. Of a longer one the first
// import_line_bytes_max + 1 bytes, which tells that it is too long.
inline bool read_bounded_line(std::istream& in, std::string& line) {
  line.clear();
  bool begun = false;
  for (char c = 0; in.get(c);) {
    if (c == '\n') return true;
    begun = true;
    if (line.size() <= import_line_bytes_max) line += c;
  }
  return begun;
}

}  // namespace waymark::cli
