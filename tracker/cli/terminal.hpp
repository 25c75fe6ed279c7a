// What `waymark` prints: data on standard output, messages on standard error, colors only where
// somebody looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::cli {

enum class Tone { plain, bold, dim, green, yellow, red };

// Colors for one stream; off when it is no terminal, with NO_COLOR, TERM=dumb or --no-color.
class Palette {
 public:
  Palette(int descriptor, bool wanted);
  std::string paint(Tone tone, std::string_view text) const;

 private:
  bool on_;
};

struct Terminal {
  explicit Terminal(bool color_wanted) : out(1, color_wanted), err(2, color_wanted) {}
  Palette out;
  Palette err;
};

// Data; flushed at once, so that a reader of a pipe sees each line as it is made.
void print_line(std::string_view line);
// Messages.
void say(std::string_view line);

// Columns as wide as their widest cell; the first row is the head. Control characters of cells are
// replaced: they come from strangers.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::string printable(std::string_view text);

// "2026-01-31 12:00:00.123" in UTC.
std::string utc_text(std::uint64_t unix_ms);

}  // namespace waymark::cli
