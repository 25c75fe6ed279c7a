// Finds the end of a line: the first octet that no line may hold, sixteen at a time where the
// processor can.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>

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

}  // namespace waymark::redirect
