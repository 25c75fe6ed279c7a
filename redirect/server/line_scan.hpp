// Looks for the octets that end a line or a field name, many at a time where the processor can.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace waymark::redirect {

// Below, `octets` are sixty-four, and the result has a bit for each that is a control character
// (HTAB is none here).

inline std::uint64_t controls_of(const char* octets) noexcept {
  std::uint64_t found = 0;
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1f);
  const __m128i tab = _mm_set1_epi8('\t');
  const __m128i del = _mm_set1_epi8(0x7f);
  for (unsigned i = 0; i < 64; i += 16) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(octets + i));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(some, last_control), some);
    const __m128i controls =
        _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(some, tab), low), _mm_cmpeq_epi8(some, del));
    found |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(controls))} << i;
  }
#else
  for (unsigned i = 0; i < 64; ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    const bool control = (octet < 0x20 && octet != '\t') || octet == 0x7f;
    found |= std::uint64_t{control} << i;
  }
#endif
  return found;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] inline std::uint64_t controls_of_avx2(const char* octets) noexcept {
  const __m256i last_control = _mm256_set1_epi8(0x1f);
  const __m256i tab = _mm256_set1_epi8('\t');
  const __m256i del = _mm256_set1_epi8(0x7f);
  std::uint64_t found = 0;
  for (unsigned i = 0; i < 64; i += 32) {
    const __m256i some = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(octets + i));
    const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(some, last_control), some);
    const __m256i controls = _mm256_or_si256(_mm256_andnot_si256(_mm256_cmpeq_epi8(some, tab), low),
                                             _mm256_cmpeq_epi8(some, del));
    found |= std::uint64_t{static_cast<unsigned>(_mm256_movemask_epi8(controls))} << i;
  }
  return found;
}
#endif

// Finds the control characters of [begin, end) one after the other: what was found among
// sixty-four octets is remembered.
template <std::uint64_t (&controls_of_octets)(const char*) noexcept>
class ControlScan {
 public:
  ControlScan(const char* begin, const char* end) noexcept : unseen_(begin), end_(end) {}

  // The next one, or the end.
  const char* next() noexcept {
    while (found_ == 0) {
      if (unseen_ == end_) return end_;
      look_at_more();
    }
    const char* const at = seen_ + std::countr_zero(found_);
    found_ &= found_ - 1;
    return at;
  }

 private:
  static constexpr std::ptrdiff_t block_bytes = 64;

  void look_at_more() noexcept {
    seen_ = unseen_;
    if (end_ - seen_ >= block_bytes) [[likely]] {
      found_ = controls_of_octets(seen_);
      unseen_ += block_bytes;
      return;
    }
    char rest[block_bytes];
    std::memset(rest, ' ', sizeof rest);
    std::memcpy(rest, seen_, static_cast<std::size_t>(end_ - seen_));
    found_ = controls_of_octets(rest);
    unseen_ = end_;
  }

  const char* seen_ = nullptr;
  std::uint64_t found_ = 0;  // among those at seen_, and not yet returned
  const char* unseen_;
  const char* end_;
};

// Letters, digits and hyphens at `at`, which is all there is in nearly every name of a field; may
// stop early. Octets are read up to `end`.
inline std::size_t count_name_octets(const char* at, const char* end) noexcept {
  std::size_t count = 0;
#if defined(__SSE2__)
  const auto in_range = [](__m128i octets, char first, char last) {
    const __m128i from_first = _mm_sub_epi8(octets, _mm_set1_epi8(first));
    const __m128i span = _mm_set1_epi8(static_cast<char>(last - first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_first, span), from_first);
  };
  while (end - at >= 16) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i letters = in_range(_mm_or_si128(octets, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i others =
        _mm_or_si128(in_range(octets, '0', '9'), _mm_cmpeq_epi8(octets, _mm_set1_epi8('-')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, others)));
    const int run = std::countr_one(mask);
    count += static_cast<std::size_t>(run);
    if (run < 16) break;
    at += 16;
  }
#endif
  return count;
}

}  // namespace waymark::redirect
