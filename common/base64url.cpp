#include "common/base64url.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

#if defined(__x86_64__)
const bool has_shuffles = (__builtin_cpu_init(), __builtin_cpu_supports("ssse3")) != 0;

// Twelve bytes to sixteen characters; four more are read (the method of Wojciech Mula and Daniel
// Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions", 2018).
[[gnu::target("ssse3")]] inline void write_twelve(const std::uint8_t* in, char* out) noexcept {
  // Each group of three bytes to four: b a c b, so that two multiplications move the six-bit digits
  // to where they belong.
  const __m128i spread = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  // Distance of a digit from its character: by range, a to z first, then each decimal digit, `-`,
  // `_`, and A to Z last.
  const __m128i distances =
      _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                    '0' - 52, '0' - 52, '0' - 52, '-' - 62, '_' - 63, 'A', 0, 0);
  const __m128i groups =
      _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in)), spread);
  const __m128i upper = _mm_mulhi_epu16(_mm_and_si128(groups, _mm_set1_epi32(0x0fc0fc00)),
                                        _mm_set1_epi32(0x04000040));
  const __m128i lower = _mm_mullo_epi16(_mm_and_si128(groups, _mm_set1_epi32(0x003f03f0)),
                                        _mm_set1_epi32(0x01000010));
  const __m128i digits = _mm_or_si128(upper, lower);
  const __m128i above_letters = _mm_subs_epu8(digits, _mm_set1_epi8(51));
  const __m128i capital =
      _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), digits), _mm_set1_epi8(13));
  const __m128i range = _mm_or_si128(above_letters, capital);
  const __m128i text = _mm_add_epi8(digits, _mm_shuffle_epi8(distances, range));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), text);
}

// What is left at the end is copied, so that four more bytes are there to be read.
[[gnu::target("ssse3")]] char* write_by_twelve(std::span<const std::uint8_t> bytes,
                                               char* out) noexcept {
  const std::uint8_t* in = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 16; left -= 12, in += 12, out += 16) write_twelve(in, out);
  if (left == 0) return out;
  std::uint8_t rest[12 + 16] = {};
  char chars[32];
  std::memcpy(rest, in, left);
  write_twelve(rest, chars);
  if (left > 12) write_twelve(rest + 12, chars + 16);
  const std::size_t size = base64url_chars(left);
  std::memcpy(out, chars, size);
  return out + size;
}

// Characters that follow each other in ASCII and in the alphabet.
struct Range {
  char first, last;
  char digit;  // of the first
};
constexpr std::array<Range, 5> ranges{
    {{'A', 'Z', 0}, {'a', 'z', 26}, {'0', '9', 52}, {'-', '-', 62}, {'_', '_', 63}}};

// Sixteen characters to twelve bytes at a time, while at least four more bytes will be written
// behind them. Stops at a character outside the alphabet, which is left to who goes on.
[[gnu::target("ssse3")]] void read_by_sixteen(const char*& in, std::size_t& left,
                                              std::uint8_t*& out) noexcept {
  const __m128i bytes_of_groups =
      _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  for (; left >= 16 + 6; left -= 16, in += 16, out += 12) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    __m128i known = _mm_setzero_si128();
    __m128i digits = _mm_setzero_si128();
    for (const Range& range : ranges) {
      const __m128i from_first = _mm_sub_epi8(text, _mm_set1_epi8(range.first));
      const __m128i span = _mm_set1_epi8(static_cast<char>(range.last - range.first));
      const __m128i within = _mm_cmpeq_epi8(_mm_min_epu8(from_first, span), from_first);
      known = _mm_or_si128(known, within);
      const __m128i found = _mm_add_epi8(from_first, _mm_set1_epi8(range.digit));
      digits = _mm_or_si128(digits, _mm_and_si128(within, found));
    }
    if (_mm_movemask_epi8(known) != 0xffff) return;
    const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi32(0x01400140));
    const __m128i groups = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(groups, bytes_of_groups));
  }
}
#endif

}  // namespace

char* write_base64url(std::span<const std::uint8_t> bytes, char* out) noexcept {
#if defined(__x86_64__)
  if (has_shuffles) return write_by_twelve(bytes, out);
#endif
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
#if defined(__x86_64__)
  if (has_shuffles) read_by_sixteen(in, left, out);
#endif
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
