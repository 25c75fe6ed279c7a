// Includes the source, not the header: what the processor at hand would not choose is tested, too.
#include "common/sha256_lanes.cpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>
#include <vector>

namespace waymark {
namespace {

constexpr Sha256Lanes::State initial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Of one block with its padding: `size` bytes, at most 55.
void expect_digests_by(Compress compress_with) {
  alignas(32) std::uint32_t state[8][lanes];
  std::uint8_t blocks[lanes][Sha256Lanes::block_bytes] = {};
  Blocks pointers;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t i = 0; i < 8; ++i) state[i][lane] = initial[i];
    const std::size_t size = 7 * lane;
    for (std::size_t i = 0; i < size; ++i)
      blocks[lane][i] = static_cast<std::uint8_t>(lane + 31 * i);
    blocks[lane][size] = 0x80;
    blocks[lane][63] = static_cast<std::uint8_t>(8 * size);
    blocks[lane][62] = static_cast<std::uint8_t>(8 * size >> 8U);
    pointers[lane] = blocks[lane];
  }
  compress_with(reinterpret_cast<Words*>(state), pointers);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    std::uint8_t digest[32];
    EVP_Digest(blocks[lane], 7 * lane, digest, nullptr, EVP_sha256(), nullptr);
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint32_t word;
      std::memcpy(&word, digest + 4 * i, sizeof word);
      EXPECT_EQ(state[i][lane], swapped(word)) << "lane " << lane << ", word " << i;
    }
  }
}

TEST(Sha256Lanes, AgreesWithOpensslOnAnyProcessor) {
  expect_digests_by(compress_anywhere);
}

#if defined(__x86_64__)
TEST(Sha256Lanes, AgreesWithOpensslByAvx2) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2";
  expect_digests_by(compress_avx2);
}

TEST(Sha256Lanes, AgreesWithOpensslByAvx512) {
  if (!__builtin_cpu_supports("avx512vl")) GTEST_SKIP() << "this processor has no AVX-512VL";
  expect_digests_by(compress_avx512);
}
#endif

}  // namespace
}  // namespace waymark
