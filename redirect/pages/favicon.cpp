#include "redirect/pages/favicon.hpp"

#include "redirect/pages/png.hpp"

#include <string_view>
#include <vector>

namespace waymark::redirect {
namespace {

// A waymark: an arrow on a post.
constexpr std::array<std::string_view, 16> drawing{"................",  //
                                                   ".##########.....",  //
                                                   ".###########....",  //
                                                   ".############...",  //
                                                   ".#############..",  //
                                                   ".##############.",  //
                                                   ".#############..",  //
                                                   ".############...",  //
                                                   ".###########....",  //
                                                   ".##########.....",  //
                                                   "....##..........",  //
                                                   "....##..........",  //
                                                   "....##..........",  //
                                                   "....##..........",  //
                                                   "....##..........",  //
                                                   "................"};

// Seen on light and on dark tabs.
constexpr std::array<Rgba, 2> colours{{{0, 0, 0, 0}, {0x3b, 0x7d, 0xdd, 0xff}}};

}  // namespace

std::string draw_favicon() {
  std::vector<std::uint8_t> dots;
  for (const std::string_view row : drawing) {
    for (const char c : row) dots.push_back(c == '#' ? 1 : 0);
  }
  return write_png(dots, drawing.size(), 2, colours).value_or("");
}

}  // namespace waymark::redirect
