#include "tracker/store/unique_key.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdint>

namespace waymark::tracker {

namespace {

constexpr std::uint64_t day_ms = 86'400'000;

char* write_big_endian(std::uint64_t value, int bytes, char* out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    *out++ = static_cast<char>(static_cast<unsigned char>(value >> shift));
  }
  return out;
}

}  // namespace

UniqueKey::UniqueKey(std::string_view bytes) noexcept
    : size_(static_cast<std::uint8_t>(std::min(bytes.size(), bytes_max))) {
  std::copy_n(bytes.begin(), size_, bytes_.begin());
}

std::size_t UniqueKeyHash::operator()(const UniqueKey& key) const noexcept {
  return XXH3_64bits(key.view().data(), key.view().size());
}

UniqueKey UniqueKeyMaker::of(const Click& click) {
  const std::uint64_t day = click.unix_ms / day_ms;
  hashed_.clear();
  if (click.visitor) {
    hashed_.append(click.visitor->bytes.begin(), click.visitor->bytes.end());
    std::array<char, 4> day_bytes;
    write_big_endian(day, 4, day_bytes.data());
    hashed_.append(day_bytes.data(), day_bytes.size());
  }
  // Neither ids nor hosts nor codes hold a NUL, so the parts cannot run into each other.
  if (click.link.empty()) {
    hashed_.append(click.host).push_back('\0');
    hashed_.append(click.code);
  } else {
    hashed_.append(click.link);
  }
  std::array<char, UniqueKey::bytes_max> key;
  char* end = key.data();
  if (click.visitor) {
    end = std::copy_n(click.visitor->bytes.begin(), 6, end);
    end = write_big_endian(XXH3_64bits(hashed_.data(), hashed_.size()), 8, end);
  } else {
    hashed_.push_back('\0');
    hashed_.append(click.ipk).push_back('\0');
    hashed_.append(click.user_agent);
    const XXH128_hash_t hash = XXH3_128bits(hashed_.data(), hashed_.size());
    end = write_big_endian(day, 4, end);
    end = write_big_endian(hash.high64, 8, end);
    end = write_big_endian(hash.low64, 8, end);
  }
  return UniqueKey{{key.data(), static_cast<std::size_t>(end - key.data())}};
}

}  // namespace waymark::tracker
