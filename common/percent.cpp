#include "common/percent.hpp"

#include "common/hex.hpp"

namespace waymark {
namespace {

constexpr auto unreserved = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = true;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (const char c : {'-', '.', '_', '~'}) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

char upper(char hex_digit) noexcept {
  return hex_digit >= 'a' ? static_cast<char>(hex_digit - ('a' - 'A')) : hex_digit;
}

}  // namespace

char* write_percent_encoded(std::string_view text, char* out) noexcept {
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (unreserved[byte]) {
      *out++ = c;
    } else {
      // RFC 3986 section 2.1: producers should write upper case.
      *out++ = '%';
      *out++ = upper(detail::hex_pairs[byte][0]);
      *out++ = upper(detail::hex_pairs[byte][1]);
    }
  }
  return out;
}

char* write_form_decoded(std::string_view text, char* out) noexcept {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%' && text.size() - at > 2) {
      const unsigned byte = read_hex_pair(text.data() + at + 1);
      if (byte <= 0xff) {
        *out++ = static_cast<char>(byte);
        at += 2;
        continue;
      }
    }
    *out++ = c == '+' ? ' ' : c;
  }
  return out;
}

}  // namespace waymark
