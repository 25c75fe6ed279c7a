// UTF-8, one sequence at a time (RFC 3629): shortest forms only, no surrogates, up to U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark {

// Length of the sequence at `at`, 1 to 4, or 0 when the bytes there are not UTF-8. `at` is before
// `end`.
std::size_t utf8_sequence_bytes(const char* at, const char* end) noexcept;

bool is_utf8(std::string_view text) noexcept;

// Writes `point`, at most U+10FFFF, as 1 to 4 bytes. Returns the end.
char* write_utf8(std::uint32_t point, char* out) noexcept;

inline constexpr std::uint32_t replacement_character = 0xfffd;

}  // namespace waymark
