#include "common/sha256_lanes.hpp"

#include <bit>
#include <cstring>

namespace waymark {
namespace {

constexpr std::size_t lanes = Sha256Lanes::lanes;

using Words [[gnu::vector_size(4 * lanes)]] = std::uint32_t;  // the same word of every message
using Blocks = std::array<const std::uint8_t*, lanes>;

constexpr std::uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t swapped(std::uint32_t word) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap32(word) : word;
}

// Everything below is compiled once for each kind of processor: inlined into what chooses it.
#define WAYMARK_INLINE [[gnu::always_inline]] inline

WAYMARK_INLINE void rotate_right(Words& word, const Words& by, unsigned bits) noexcept {
  word = by >> bits | by << (32 - bits);
}

WAYMARK_INLINE void read_words(Words (&words)[16], const Blocks& blocks) noexcept {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t i = 0; i < 16; ++i) {
      std::uint32_t word;
      std::memcpy(&word, blocks[lane] + 4 * i, sizeof word);
      words[i][lane] = swapped(word);
    }
  }
}

WAYMARK_INLINE void compress(Words* state, const Blocks& blocks) noexcept {
  Words words[16];
  read_words(words, blocks);
  Words a = state[0], b = state[1], c = state[2], d = state[3];
  Words e = state[4], f = state[5], g = state[6], h = state[7];
  Words r1, r2, r3;
#pragma GCC unroll 64
  for (std::size_t i = 0; i < 64; ++i) {
    Words& word = words[i % 16];
    if (i >= 16) {
      const Words& before = words[(i + 1) % 16];
      const Words& after = words[(i + 14) % 16];
      rotate_right(r1, before, 7);
      rotate_right(r2, before, 18);
      r1 ^= r2 ^ before >> 3;
      rotate_right(r2, after, 17);
      rotate_right(r3, after, 19);
      word += r1 + words[(i + 9) % 16] + (r2 ^ r3 ^ after >> 10);
    }
    rotate_right(r1, e, 6);
    rotate_right(r2, e, 11);
    rotate_right(r3, e, 25);
    const Words t1 = h + (r1 ^ r2 ^ r3) + (g ^ (e & (f ^ g))) + round_constants[i] + word;
    rotate_right(r1, a, 2);
    rotate_right(r2, a, 13);
    rotate_right(r3, a, 22);
    const Words t2 = (r1 ^ r2 ^ r3) + ((a & b) | (c & (a | b)));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const Words result[8] = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += result[i];
}

void compress_anywhere(Words* state, const Blocks& blocks) noexcept {
  compress(state, blocks);
}

using Compress = void (*)(Words*, const Blocks&) noexcept;

#if defined(__x86_64__)
[[gnu::target("avx2")]] void compress_avx2(Words* state, const Blocks& blocks) noexcept {
  compress(state, blocks);
}

// Rotations and three-way logic are single instructions here.
[[gnu::target("avx512f,avx512vl")]] void compress_avx512(Words* state,
                                                         const Blocks& blocks) noexcept {
  compress(state, blocks);
}

Compress fastest() noexcept {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vl")) return compress_avx512;
  if (__builtin_cpu_supports("avx2")) return compress_avx2;
  return compress_anywhere;
}
#else
Compress fastest() noexcept {
  return compress_anywhere;
}
#endif

const Compress compress_fastest = fastest();

}  // namespace

void Sha256Lanes::load(std::size_t lane, const State& state) noexcept {
  for (std::size_t i = 0; i < 8; ++i) state_[i][lane] = state[i];
}

void Sha256Lanes::compress(const std::array<const std::uint8_t*, lanes>& blocks) noexcept {
  compress_fastest(reinterpret_cast<Words*>(state_), blocks);
}

void Sha256Lanes::write_digest(std::size_t lane, std::uint8_t* out) const noexcept {
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = swapped(state_[i][lane]);
    std::memcpy(out + 4 * i, &word, sizeof word);
  }
}

}  // namespace waymark
