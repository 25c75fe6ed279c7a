// Repeatable chance for the request mix: the same seed gives the same requests on every machine,
// which std:: distributions do not promise. Not for ids or keys of real visitors.
#pragma once

#include "common/uuid.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace waymark::mix {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // Uniform in [0, 1).
  double real() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  // Uniform in [0, end); `end` must not be 0. The bias of the modulus is far below one request.
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
  bool chance(double probability) { return real() < probability; }

  template <class T>
  const T& pick(std::span<const T> from) {
    return from[below(from.size())];
  }
  template <class T, std::size_t n>
  const T& pick(const std::array<T, n>& from) {
    return from[below(n)];
  }
  // By `weight`, a member of T.
  template <class T>
  const T& pick_weighted(std::span<const T> from) {
    double sum = 0;
    for (const T& each : from) sum += each.weight;
    double left = real() * sum;
    for (const T& each : from) {
      left -= each.weight;
      if (left < 0) return each;
    }
    return from.back();
  }

  std::string text(std::size_t size, std::string_view alphabet) {
    std::string result(size, '\0');
    for (char& c : result) c = alphabet[below(alphabet.size())];
    return result;
  }

  // A version 7 id of that time.
  Uuid uuid(std::uint64_t unix_ms) {
    Uuid id;
    for (std::size_t i = 0; i < 6; ++i) {
      id.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
    }
    for (std::size_t i = 6; i < id.bytes.size(); ++i) {
      id.bytes[i] = static_cast<std::uint8_t>(below(256));
    }
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
  }

 private:
  std::mt19937_64 engine_;
};

inline constexpr std::string_view lower_alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view digits = "0123456789";
inline constexpr std::string_view base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace waymark::mix
