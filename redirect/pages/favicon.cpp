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
  constexpr std::size_t scale = 2;
  constexpr std::size_t side = scale * drawing.size();
  std::vector<std::uint8_t> pixels(side * side);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      pixels[y * side + x] = drawing[y / scale][x / scale] == '#' ? 1 : 0;
    }
  }
  return write_png(pixels, side, colours).value_or("");
}

}  // namespace waymark::redirect
