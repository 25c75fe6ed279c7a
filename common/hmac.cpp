// The SHA256_* functions are deprecated since OpenSSL 3.0, but nothing that replaces them lets a
// hash state be saved and copied without an allocation and a lookup: 0.17 us for a short message
// here against 0.30 us and more through a cached EVP_MAC_CTX.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "common/hmac.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace waymark {

HmacKey::HmacKey(std::span<const std::uint8_t> secret) {
  std::array<std::uint8_t, SHA256_CBLOCK> block{};
  if (secret.size() > block.size()) {
    SHA256(secret.data(), secret.size(), block.data());
  } else {
    std::copy(secret.begin(), secret.end(), block.begin());
  }
  const auto absorb = [&block](SHA256_CTX& state, std::uint8_t pad) {
    auto padded = block;
    for (std::uint8_t& byte : padded) byte = static_cast<std::uint8_t>(byte ^ pad);
    SHA256_Init(&state);
    SHA256_Update(&state, padded.data(), padded.size());
    OPENSSL_cleanse(padded.data(), padded.size());
  };
  absorb(inner_, 0x36);
  absorb(outer_, 0x5c);
  OPENSSL_cleanse(block.data(), block.size());
}

HmacKey::Mac HmacKey::sign(std::string_view label, std::string_view message) const noexcept {
  Mac mac;
  SHA256_CTX inner = inner_;
  SHA256_Update(&inner, label.data(), label.size());
  SHA256_Update(&inner, message.data(), message.size());
  SHA256_Final(mac.data(), &inner);
  SHA256_CTX outer = outer_;
  SHA256_Update(&outer, mac.data(), mac.size());
  SHA256_Final(mac.data(), &outer);
  return mac;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace waymark
