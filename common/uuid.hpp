// UUIDs as 16 bytes, and version 7 ids minted in time order (RFC 9562).
#pragma once

#include "common/error.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark {

struct Uuid {
  static constexpr std::size_t text_bytes = 36;

  std::array<std::uint8_t, 16> bytes{};

  bool is_nil() const noexcept { return *this == Uuid{}; }
  // Unix milliseconds of a version 7 id.
  std::uint64_t unix_ms() const noexcept;
  std::string text() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

// Writes the lower-case text form, 36 characters, no terminator. Returns the end.
char* write_text(const Uuid& id, char* out) noexcept;

// Reads the 36-character text form, either case. Fails with malformed_uuid.
Result<Uuid> parse_uuid(std::string_view text) noexcept;

// Mints version 7 ids that grow strictly within one generator, also within a millisecond and when
// the clock steps back (RFC 9562 section 6.2, method 1: a 12-bit counter in rand_a that carries
// into the time stamp; the 62 bits of rand_b come from the kernel's random source, in blocks).
// One per thread; never throws after construction.
class Uuid7Generator {
 public:
  Uuid7Generator() = default;
  Uuid next(std::uint64_t unix_ms) noexcept;

 private:
  std::uint64_t random_bits() noexcept;

  std::uint64_t last_ms_ = 0;
  std::uint32_t counter_ = 0;
  std::array<std::uint64_t, 256> pool_{};
  std::size_t pool_left_ = 0;
};

}  // namespace waymark
