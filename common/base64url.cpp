#include "common/base64url.hpp"

#include <array>

namespace waymark {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint32_t not_base64 = 0x80;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(not_base64);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

std::uint32_t value(char c) noexcept {
  return values[static_cast<std::uint8_t>(c)];
}

char digit(std::uint32_t bits) noexcept {
  return alphabet[bits & 63U];
}

}  // namespace

char* write_base64url(std::span<const std::uint8_t> bytes, char* out) noexcept {
  const std::uint8_t* in = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, in += 3) {
    const std::uint32_t bits = std::uint32_t{in[0]} << 16U | std::uint32_t{in[1]} << 8U | in[2];
    *out++ = digit(bits >> 18U);
    *out++ = digit(bits >> 12U);
    *out++ = digit(bits >> 6U);
    *out++ = digit(bits);
  }
  if (left == 0) return out;
  const std::uint32_t bits =
      std::uint32_t{in[0]} << 16U | (left == 2 ? std::uint32_t{in[1]} << 8U : 0U);
  *out++ = digit(bits >> 18U);
  *out++ = digit(bits >> 12U);
  if (left == 2) *out++ = digit(bits >> 6U);
  return out;
}

std::optional<std::size_t> read_base64url(std::string_view text, std::uint8_t* out) noexcept {
  const std::uint8_t* const start = out;
  const char* in = text.data();
  std::size_t left = text.size();
  std::uint32_t seen = 0;  // collects the mark of every character outside the alphabet
  for (; left >= 4; left -= 4, in += 4) {
    const std::uint32_t a = value(in[0]), b = value(in[1]), c = value(in[2]), d = value(in[3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18U | b << 12U | c << 6U | d;
    *out++ = static_cast<std::uint8_t>(bits >> 16U);
    *out++ = static_cast<std::uint8_t>(bits >> 8U);
    *out++ = static_cast<std::uint8_t>(bits);
  }
  if (left == 1) return std::nullopt;
  if (left >= 2) {
    const std::uint32_t a = value(in[0]), b = value(in[1]), c = left == 3 ? value(in[2]) : 0U;
    seen |= a | b | c;
    const std::uint32_t bits = a << 18U | b << 12U | c << 6U;
    *out++ = static_cast<std::uint8_t>(bits >> 16U);
    if (left == 3) *out++ = static_cast<std::uint8_t>(bits >> 8U);
    if ((bits & (left == 3 ? 0xffU : 0xffffU)) != 0) return std::nullopt;
  }
  if ((seen & not_base64) != 0) return std::nullopt;
  return static_cast<std::size_t>(out - start);
}

}  // namespace waymark
