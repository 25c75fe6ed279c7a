#include "common/utf8.hpp"

namespace waymark {
namespace {

bool within(char c, unsigned low, unsigned high) noexcept {
  const auto byte = static_cast<std::uint8_t>(c);
  return low <= byte && byte <= high;
}

bool continues(char c) noexcept {
  return within(c, 0x80, 0xbf);
}

}  // namespace

// The table of well-formed sequences of Unicode, chapter 3 (table 3-7), row by row.
std::size_t utf8_sequence_bytes(const char* at, const char* end) noexcept {
  const auto lead = static_cast<std::uint8_t>(*at);
  const auto left = end - at;
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return left >= 2 && continues(at[1]) ? 2 : 0;
  if (lead < 0xf0) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return left >= 3 && within(at[1], low, high) && continues(at[2]) ? 3 : 0;
  }
  if (lead < 0xf5) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
    return left >= 4 && within(at[1], low, high) && continues(at[2]) && continues(at[3]) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const std::size_t size = utf8_sequence_bytes(at, end);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

char* write_utf8(std::uint32_t point, char* out) noexcept {
  const auto put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  const auto tail = [&](unsigned shift) { put(0x80U | (point >> shift & 0x3fU)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0U | point >> 6U);
    tail(0);
  } else if (point < 0x10000) {
    put(0xe0U | point >> 12U);
    tail(6);
    tail(0);
  } else {
    put(0xf0U | point >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

}  // namespace waymark
