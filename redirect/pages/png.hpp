// Writes small pictures of two colours as PNG.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace waymark::redirect {

using Rgba = std::array<std::uint8_t, 4>;

// A square of `side` pixels, row by row; each pixel is 0 or 1, an index into `colours`. Nothing
// when libpng fails, which takes a lack of memory.
std::optional<std::string> write_png(std::span<const std::uint8_t> pixels, std::size_t side,
                                     const std::array<Rgba, 2>& colours);

}  // namespace waymark::redirect
