// HMAC-SHA256 (RFC 2104) from saved inner and outer states: two compressions fewer per MAC than a
// one-shot HMAC(), and no allocation.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace waymark {

class HmacKey {
 public:
  static constexpr std::size_t secret_bytes = 32;
  using Mac = std::array<std::uint8_t, 32>;

  // Keys of the keys file have secret_bytes; any other length is treated as RFC 2104 says.
  explicit HmacKey(std::span<const std::uint8_t> secret);

  // Any thread. MAC over the concatenation of both parts: a purpose label, then the message.
  Mac sign(std::string_view label, std::string_view message) const noexcept;

  // The states that the inner and the outer hash go on from.
  using State = std::uint32_t[8];
  const State& inner() const noexcept { return inner_.h; }
  const State& outer() const noexcept { return outer_.h; }

 private:
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

// Compares without a data-dependent branch. Sizes must be equal; otherwise false.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace waymark
