#include "tracker/program/ids.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

namespace waymark::tracker {
namespace {

void fill_random(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

std::string new_id(std::string_view prefix, std::uint64_t unix_ms) {
  constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id{prefix};
  for (int shift = 45; shift >= 0; shift -= 5) id += digits[(unix_ms >> shift) & 31U];
  std::array<unsigned char, 16> random{};
  fill_random(random);
  for (const unsigned char byte : random) id += digits[byte & 31U];
  return id;
}

std::string id_of_key(std::string_view prefix, std::string_view key) {
  constexpr std::size_t bytes = 16;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::string id{prefix};
  for (std::size_t i = 0; i < bytes; ++i) id += fmt::format("{:02x}", digest[i]);
  return id;
}

std::string new_code() {
  // 31 characters; bytes from 248 on would favour the first ones and are thrown away.
  constexpr std::string_view alphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  std::string code;
  while (code.size() < new_code_length) {
    std::array<unsigned char, 2 * new_code_length> random{};
    fill_random(random);
    for (const unsigned char byte : random) {
      if (byte < 248 && code.size() < new_code_length) code += alphabet[byte % alphabet.size()];
    }
  }
  return code;
}

std::string new_secret_key() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 43> random{};
  fill_random(random);
  std::string key = "sk_";
  for (const unsigned char byte : random) key += alphabet[byte & 63U];
  return key;
}

}  // namespace waymark::tracker
