// Looks for the octets that end a line or a field name, many at a time where the processor can.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

// Octets of a token (RFC 9110 section 5.6.2), which the name of a field is.
inline constexpr auto token_octets = [] {
  std::array<bool, 256> allowed{};
  for (char c = '0'; c <= '9'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view{"!#$%&'*+-.^_`|~"}) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

// HTAB is none here.
inline bool is_control(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

// Two ways to look at octets, for any processor and for one with AVX2:
//
// controls() has a bit for each of sixty-four that is a control character.
// token_run() counts the octets of a token at `at`, reading up to `end`; it may stop early.

struct PlainScan {
  static std::uint64_t controls(const char* octets) noexcept {
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
    for (unsigned i = 0; i < 64; ++i) found |= std::uint64_t{is_control(octets[i])} << i;
#endif
    return found;
  }

  static std::size_t token_run(const char* at, const char* end) noexcept {
    std::size_t count = 0;
#if defined(__SSE2__)
    // Letters, digits and hyphens: all there is in nearly every name.
    const auto in_range = [](__m128i octets, char first, char last) {
      const __m128i from_first = _mm_sub_epi8(octets, _mm_set1_epi8(first));
      const __m128i span = _mm_set1_epi8(static_cast<char>(last - first));
      return _mm_cmpeq_epi8(_mm_min_epu8(from_first, span), from_first);
    };
    for (; end - at >= 16; at += 16) {
      const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
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
};

#if defined(__x86_64__)
// For each half of an octet the tokens' octets that have it, a bit for each value of the other half
// from 2 to 7.
inline constexpr auto token_halves = [] {
  struct {
    alignas(16) std::array<std::uint8_t, 16> low{}, high{};
  } halves;
  for (unsigned octet = 0x20; octet < 0x80; ++octet) {
    const auto bit = static_cast<std::uint8_t>(1U << (octet / 16 - 2));
    halves.high[octet / 16] = bit;
    if (token_octets[octet]) halves.low[octet % 16] |= bit;
  }
  return halves;
}();

struct Avx2Scan {
  [[gnu::target("avx2")]] static std::uint64_t controls(const char* octets) noexcept {
    const __m256i last_control = _mm256_set1_epi8(0x1f);
    const __m256i tab = _mm256_set1_epi8('\t');
    const __m256i del = _mm256_set1_epi8(0x7f);
    std::uint64_t found = 0;
    for (unsigned i = 0; i < 64; i += 32) {
      const __m256i some = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(octets + i));
      const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(some, last_control), some);
      const __m256i controls = _mm256_or_si256(
          _mm256_andnot_si256(_mm256_cmpeq_epi8(some, tab), low), _mm256_cmpeq_epi8(some, del));
      found |= std::uint64_t{static_cast<unsigned>(_mm256_movemask_epi8(controls))} << i;
    }
    return found;
  }

  [[gnu::target("avx2,bmi")]] static std::size_t token_run(const char* at,
                                                           const char* end) noexcept {
    const auto* const low = reinterpret_cast<const __m128i*>(token_halves.low.data());
    const auto* const high = reinterpret_cast<const __m128i*>(token_halves.high.data());
    const char* const start = at;
    for (; end - at >= 16; at += 16) {
      const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
      const __m128i upper = _mm_and_si128(_mm_srli_epi16(octets, 4), _mm_set1_epi8(0x0f));
      // Octets that are not ASCII find nothing in either table.
      const __m128i both = _mm_and_si128(_mm_shuffle_epi8(_mm_load_si128(low), octets),
                                         _mm_shuffle_epi8(_mm_load_si128(high), upper));
      const auto others =
          static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(both, _mm_setzero_si128())));
      if (others != 0) return static_cast<std::size_t>(at - start + std::countr_zero(others));
    }
    return static_cast<std::size_t>(at - start);
  }
};
#endif

// Finds the control characters of [begin, end) one after the other: what was found among
// sixty-four octets is remembered.
template <class Scan>
class ControlScan {
 public:
  ControlScan(const char* begin, const char* end) noexcept
      : begin_(begin), unseen_(begin), end_(end) {}

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
      found_ = Scan::controls(seen_);
      unseen_ += block_bytes;
      return;
    }
    unseen_ = end_;
    if (end_ - begin_ >= block_bytes) {  // the last sixty-four, without those that were seen
      found_ = Scan::controls(end_ - block_bytes) >> (block_bytes - (end_ - seen_));
      return;
    }
    for (std::ptrdiff_t i = 0; i < end_ - seen_; ++i) {
      found_ |= std::uint64_t{is_control(seen_[i])} << i;
    }
  }

  const char* begin_;
  const char* seen_ = nullptr;
  std::uint64_t found_ = 0;  // among those at seen_, and not yet returned
  const char* unseen_;
  const char* end_;
};

}  // namespace waymark::redirect
