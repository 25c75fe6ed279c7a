#include "redirect/pages/png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <vector>

namespace waymark::redirect {
namespace {

// What the part that libpng may leave by longjmp works on: nothing there owns anything.
struct Canvas {
  std::span<const std::uint8_t> rows;  // packed, one for each row of dots
  std::size_t row_bytes = 0;
  std::size_t scale = 0;
  std::size_t pixels = 0;  // width and height
  std::array<png_color, 2> palette{};
  std::array<png_byte, 2> alphas{};
  std::span<char> out;
  std::size_t written = 0;
};

void append(png_structp png, png_bytep data, std::size_t bytes) {
  Canvas& canvas = *static_cast<Canvas*>(png_get_io_ptr(png));
  if (bytes > canvas.out.size() - canvas.written) png_error(png, "the picture is too large");
  std::memcpy(canvas.out.data() + canvas.written, data, bytes);
  canvas.written += bytes;
}

bool write(png_structp png, png_infop info, Canvas& canvas) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, &canvas, append, nullptr);
  // Rows that repeat need neither filters nor a hard search to become small.
  png_set_filter(png, 0, PNG_FILTER_NONE);
  png_set_compression_level(png, 2);
  const auto size = static_cast<png_uint_32>(canvas.pixels);
  png_set_IHDR(png, info, size, size, 1, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_PLTE(png, info, canvas.palette.data(), 2);
  if (canvas.alphas[0] != 0xff) png_set_tRNS(png, info, canvas.alphas.data(), 1, nullptr);
  png_write_info(png, info);
  for (std::size_t y = 0; y < canvas.pixels; ++y) {
    png_write_row(png, canvas.rows.data() + y / canvas.scale * canvas.row_bytes);
  }
  png_write_end(png, nullptr);
  return true;
}

void ignore(png_structp, png_const_charp) {}

std::vector<std::uint8_t> packed_rows(std::span<const std::uint8_t> dots, std::size_t side,
                                      std::size_t scale, std::size_t row_bytes) {
  std::vector<std::uint8_t> rows(side * row_bytes);
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side * scale; ++x) {
      if (dots[y * side + x / scale] == 0) continue;
      rows[y * row_bytes + x / 8] |= static_cast<std::uint8_t>(0x80U >> (x % 8));
    }
  }
  return rows;
}

}  // namespace

std::optional<std::string> write_png(std::span<const std::uint8_t> dots, std::size_t side,
                                     std::size_t scale, const std::array<Rgba, 2>& colours) {
  Canvas canvas;
  canvas.scale = scale;
  canvas.pixels = side * scale;
  canvas.row_bytes = (canvas.pixels + 7) / 8;
  const std::vector<std::uint8_t> rows = packed_rows(dots, side, scale, canvas.row_bytes);
  canvas.rows = rows;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    canvas.palette[i] = {colours[i][0], colours[i][1], colours[i][2]};
    canvas.alphas[i] = colours[i][3];
  }
  constexpr std::size_t chunks_bytes_max = 1'024;
  std::string out(canvas.pixels * (canvas.row_bytes + 1) * 9 / 8 + chunks_bytes_max, '\0');
  canvas.out = out;

  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, ignore);
  if (png == nullptr) return std::nullopt;
  png_infop info = png_create_info_struct(png);
  const bool good = info != nullptr && write(png, info, canvas);
  png_destroy_write_struct(&png, &info);
  if (!good) return std::nullopt;
  return std::string{out.data(), canvas.written};
}

}  // namespace waymark::redirect
