// Hexadecimal digits in lower case, for ids, keys and escapes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace waymark {

namespace detail {

// Both digits of every byte side by side, so that writing one is a two-byte copy.
inline constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) {
    pairs[byte] = {digits[byte >> 4U], digits[byte & 15U]};
  }
  return pairs;
}();

inline constexpr std::uint8_t not_hex = 0xff;

inline constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_hex);
  for (std::uint8_t digit = 0; digit < 10; ++digit) values['0' + digit] = digit;
  for (std::uint8_t digit = 10; digit < 16; ++digit) {
    values['a' + digit - 10U] = digit;
    values['A' + digit - 10U] = digit;
  }
  return values;
}();

}  // namespace detail

// Writes two digits for each byte. Returns the end.
inline char* write_hex(std::span<const std::uint8_t> bytes, char* out) noexcept {
  for (const std::uint8_t byte : bytes) {
    std::memcpy(out, detail::hex_pairs[byte].data(), 2);
    out += 2;
  }
  return out;
}

// Reads two digits, either case. Returns the byte, or a value above 255 when they are not digits.
inline unsigned read_hex_pair(const char* text) noexcept {
  const unsigned high = detail::hex_values[static_cast<std::uint8_t>(text[0])];
  const unsigned low = detail::hex_values[static_cast<std::uint8_t>(text[1])];
  // Digits are below 16, `not_hex` is 255: either one of these carries past a byte.
  return low == detail::not_hex ? 0x100U : high << 4U | low;
}

// Reads exactly `bytes.size()` bytes, either case. False when `text` has another length or holds
// anything but digits; `bytes` is then unspecified.
inline bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
  if (text.size() != 2 * bytes.size()) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned byte = read_hex_pair(text.data() + 2 * i);
    if (byte > 0xff) return false;
    bytes[i] = static_cast<std::uint8_t>(byte);
  }
  return true;
}

}  // namespace waymark
