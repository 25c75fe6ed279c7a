// The bytes of JSON strings, shared by writing and reading click lines.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waymark {

// True for what can stand in a JSON string as it is and needs no check of UTF-8 either.
constexpr bool is_plain_json(char c) noexcept {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

#if defined(__SSE2__)
// One bit for each of 16 bytes that is not plain, lowest first.
inline unsigned special_json_mask(__m128i bytes) noexcept {
  const __m128i below_space = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: 0x80 up too
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(below_space, _mm_or_si128(quote, backslash))));
}
#endif

}  // namespace waymark
