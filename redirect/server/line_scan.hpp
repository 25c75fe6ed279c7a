// Looks for the first octet that is not what a line or a field name holds, sixteen at a time where
// the processor can.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <string_view>

namespace waymark::redirect {

inline bool is_control(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

// First control character but HTAB in [at, end), or `end`.
inline const char* find_control(const char* at, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (; end - at >= 16; at += 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(octets, last_control), octets);
    const __m128i found = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(octets, tab), low),
                                       _mm_cmpeq_epi8(octets, del));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found))) {
      return at + std::countr_zero(mask);
    }
  }
#endif
  while (at != end && !is_control(*at)) ++at;
  return at;
}

// Letters, digits and hyphens that `line` begins with, which is all there is in nearly every name
// of a field; may stop early.
inline std::size_t count_name_octets(std::string_view line) noexcept {
  std::size_t count = 0;
#if defined(__SSE2__)
  const auto in_range = [](__m128i octets, char first, char last) {
    const __m128i from_first = _mm_sub_epi8(octets, _mm_set1_epi8(first));
    const __m128i span = _mm_set1_epi8(static_cast<char>(last - first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_first, span), from_first);
  };
  while (line.size() - count >= 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line.data() + count));
    const __m128i letters = in_range(_mm_or_si128(octets, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i others =
        _mm_or_si128(in_range(octets, '0', '9'), _mm_cmpeq_epi8(octets, _mm_set1_epi8('-')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, others)));
    const int run = std::countr_one(mask);
    count += static_cast<std::size_t>(run);
    if (run < 16) break;
  }
#endif
  return count;
}

}  // namespace waymark::redirect
