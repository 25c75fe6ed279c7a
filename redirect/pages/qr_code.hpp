// Draws QR codes (ISO/IEC 18004): error correction M, a quiet zone of four modules. Pure, and slow
// for a request path (around a millisecond): see QrDesk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

enum class QrFormat : std::uint8_t { svg, png };

inline constexpr std::size_t qr_side_min = 64;  // pixels
inline constexpr std::size_t qr_side_max = 2'048;
inline constexpr std::size_t qr_side_default = 512;

// Value of `size` in a query, brought into bounds; the default where it is no number.
std::size_t qr_side_of(std::string_view query) noexcept;

struct QrPicture {
  std::string bytes;
  std::size_t modules = 0;  // its width, the quiet zone included
};

// A PNG is at most `side` pixels wide and high, see qr_scale(); an SVG has no size of its own, see
// sized_svg(). Nothing when `text` is too long for a code (2,331 bytes) or memory is short.
std::optional<QrPicture> draw_qr(std::string_view text, QrFormat format, std::size_t side);

// Pixels of a module in a PNG that is to be `side` pixels wide: as many as fit, and one in any
// case.
std::size_t qr_scale(std::size_t side, std::size_t modules) noexcept;

// An SVG of draw_qr() with a width and height.
std::string sized_svg(std::string_view svg, std::size_t side);

}  // namespace waymark::redirect
