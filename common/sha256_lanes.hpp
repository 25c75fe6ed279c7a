// The compression function of SHA-256 (FIPS 180-4, 6.2.2) on eight messages at once, one in each
// lane of a vector register: for many short messages several times as fast as one after the other
// on a processor without instructions for SHA.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace waymark {

class Sha256Lanes {
 public:
  static constexpr std::size_t lanes = 8;
  static constexpr std::size_t block_bytes = 64;
  static constexpr std::size_t digest_bytes = 32;
  using State = std::uint32_t[8];  // the hash value, as SHA256_CTX holds it

  void load(std::size_t lane, const State& state) noexcept;
  // One block of each lane; all must be there.
  void compress(const std::array<const std::uint8_t*, lanes>& blocks) noexcept;
  void write_digest(std::size_t lane, std::uint8_t* out) const noexcept;

 private:
  alignas(32) std::uint32_t state_[8][lanes];
};

}  // namespace waymark
