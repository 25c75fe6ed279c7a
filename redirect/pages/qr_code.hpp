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

// `side` is the picture's width and height in pixels. A PNG is as much smaller as makes every
// module a whole number of pixels, and larger where a module would get less than one. Nothing when
// `text` is too long for a code (2,331 bytes) or memory is short.
std::optional<std::string> draw_qr(std::string_view text, QrFormat format, std::size_t side);

}  // namespace waymark::redirect
