// base64url without padding (RFC 4648 section 5), strict: each byte string has exactly one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace waymark {

constexpr std::size_t base64url_chars(std::size_t bytes) {
  return (bytes * 4 + 2) / 3;
}
constexpr std::size_t base64url_bytes_max(std::size_t chars) {
  return chars * 3 / 4;
}

// Writes base64url_chars(bytes.size()) characters. Returns the end.
char* write_base64url(std::span<const std::uint8_t> bytes, char* out) noexcept;

// Reads into `out`, which must hold base64url_bytes_max(text.size()) bytes. Returns how many were
// read, or nothing for a character outside the alphabet, an impossible length, or left-over bits
// that are not zero (otherwise several texts would stand for one token).
std::optional<std::size_t> read_base64url(std::string_view text, std::uint8_t* out) noexcept;

}  // namespace waymark
