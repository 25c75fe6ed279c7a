#include "common/uuid.hpp"

#include "common/hex.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace waymark {
namespace {

constexpr std::uint32_t counter_max = 0xfff;
constexpr std::uint64_t version_7 = std::uint64_t{7} << 12U;
constexpr std::uint64_t variant_rfc = std::uint64_t{2} << 62U;

void store_big_endian(std::uint64_t value, std::uint8_t* out) noexcept {
  for (unsigned i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56U - 8U * i));
}

}  // namespace

std::uint64_t Uuid::unix_ms() const noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value << 8U | bytes[i];
  return value;
}

std::string Uuid::text() const {
  std::string result(text_bytes, '\0');
  write_text(*this, result.data());
  return result;
}

char* write_text(const Uuid& id, char* out) noexcept {
  const std::span<const std::uint8_t, 16> bytes{id.bytes};
  out = write_hex(bytes.subspan<0, 4>(), out);
  *out++ = '-';
  out = write_hex(bytes.subspan<4, 2>(), out);
  *out++ = '-';
  out = write_hex(bytes.subspan<6, 2>(), out);
  *out++ = '-';
  out = write_hex(bytes.subspan<8, 2>(), out);
  *out++ = '-';
  return write_hex(bytes.subspan<10, 6>(), out);
}

Result<Uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != Uuid::text_bytes || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
      text[23] != '-') {
    return Errc::malformed_uuid;
  }
  constexpr std::array<std::uint8_t, 16> places{0,  2,  4,  6,  9,  11, 14, 16,
                                                19, 21, 24, 26, 28, 30, 32, 34};
  Uuid id;
  unsigned seen = 0;  // collects the carry of every pair that is not hexadecimal
  for (std::size_t i = 0; i < places.size(); ++i) {
    const unsigned byte = read_hex_pair(text.data() + places[i]);
    seen |= byte;
    id.bytes[i] = static_cast<std::uint8_t>(byte);
  }
  if (seen > 0xff) return Errc::malformed_uuid;
  return id;
}

Uuid Uuid7Generator::next(std::uint64_t unix_ms) noexcept {
  if (unix_ms > last_ms_) {
    last_ms_ = unix_ms;
    counter_ = 0;
  } else if (++counter_ > counter_max) {
    // 4096 ids within one millisecond, or a clock that stepped back for long: borrow from the
    // future, so that ids keep growing.
    ++last_ms_;
    counter_ = 0;
  }
  Uuid id;
  store_big_endian(last_ms_ << 16U | version_7 | counter_, id.bytes.data());
  store_big_endian(variant_rfc | random_bits() >> 2U, id.bytes.data() + 8);
  return id;
}

std::uint64_t Uuid7Generator::random_bits() noexcept {
  if (pool_left_ == 0) {
    auto* const bytes = reinterpret_cast<char*>(pool_.data());
    std::size_t filled = 0;
    while (filled < sizeof pool_) {
      const ssize_t got = getrandom(bytes + filled, sizeof pool_ - filled, 0);
      if (got > 0) {
        filled += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        std::abort();  // a kernel without getrandom(); ids that can be guessed would be worse
      }
    }
    pool_left_ = pool_.size();
  }
  return pool_[--pool_left_];
}

}  // namespace waymark
