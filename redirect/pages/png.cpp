#include "redirect/pages/png.hpp"

#include <png.h>

namespace waymark::redirect {

std::optional<std::string> write_png(std::span<const std::uint8_t> pixels, std::size_t side,
                                     const std::array<Rgba, 2>& colours) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_RGBA_COLORMAP;
  image.flags = PNG_IMAGE_FLAG_FAST;
  image.colormap_entries = static_cast<png_uint_32>(colours.size());
  std::string png(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t bytes = png.size();
  if (png_image_write_to_memory(&image, png.data(), &bytes, 0, pixels.data(), 0, colours.data()) ==
      0) {
    png_image_free(&image);
    return std::nullopt;
  }
  png.resize(bytes);
  png.shrink_to_fit();
  return png;
}

}  // namespace waymark::redirect
