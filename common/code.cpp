#include "common/code.hpp"

#include "common/hex.hpp"

#include <array>
#include <cstdint>

namespace waymark {
namespace {

// What a character of a path stands for: its form in the code, or 0.
using Alphabet = std::array<char, 256>;

constexpr Alphabet alphabet(CodeCase code_case) {
  Alphabet table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<std::uint8_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::uint8_t>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) {
    table[static_cast<std::uint8_t>(c)] =
        code_case == CodeCase::fold ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  table['_'] = '_';
  table['-'] = '-';
  return table;
}

constexpr Alphabet folded = alphabet(CodeCase::fold);
constexpr Alphabet exact = alphabet(CodeCase::exact);

char code_char(const Alphabet& table, char c) noexcept {
  return table[static_cast<std::uint8_t>(c)];
}

bool is_unreserved(char c) noexcept {
  return code_char(exact, c) != 0 || c == '.' || c == '~';
}

}  // namespace

bool is_trailing_mark(char c) noexcept {
  return std::string_view{"/.,;:!?)'"}.find(c) != std::string_view::npos;
}

bool is_code(std::string_view text) noexcept {
  if (text.empty() || text.size() > limits::code_bytes_max) return false;
  for (const char c : text) {
    if (code_char(exact, c) == 0) return false;
  }
  return true;
}

Result<std::string_view> normalize_code(std::string_view path, CodeCase code_case,
                                        char (&buffer)[limits::code_bytes_max]) noexcept {
  const Alphabet& table = code_case == CodeCase::fold ? folded : exact;
  std::size_t size = 0;
  for (std::size_t at = 0; at < path.size(); ++at) {
    char c = path[at];
    if (c == '%') {
      if (path.size() - at < 3) return Errc::malformed_code;
      const unsigned byte = read_hex_pair(path.data() + at + 1);
      c = static_cast<char>(byte);
      if (byte > 0xff || !is_unreserved(c)) return Errc::malformed_code;
      at += 2;
    }
    const char known = code_char(table, c);
    if (known == 0) {
      const bool last = at + 1 == path.size();
      if (last && is_trailing_mark(c)) break;
      return Errc::malformed_code;
    }
    if (size == limits::code_bytes_max) return Errc::malformed_code;
    buffer[size++] = known;
  }
  if (size == 0) return Errc::malformed_code;
  return std::string_view{buffer, size};
}

}  // namespace waymark
