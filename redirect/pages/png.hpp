// Writes small drawings of two colours as PNG, one bit for a pixel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace waymark::redirect {

using Rgba = std::array<std::uint8_t, 4>;

// A square drawing of `side` dots, row by row; each dot is 0 or 1, an index into `colours`, and
// becomes `scale` pixels wide and high. Nothing when libpng fails, which takes a lack of memory.
std::optional<std::string> write_png(std::span<const std::uint8_t> dots, std::size_t side,
                                     std::size_t scale, const std::array<Rgba, 2>& colours);

}  // namespace waymark::redirect
