// The keys file (`--keys`): one line per key, `<key id> <64 hex digits>`; the first line signs, all
// verify. Blank lines and lines starting with # are skipped.
#pragma once

#include "common/hmac.hpp"
#include "common/limits.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

struct SigningKey {
  std::string id;  // [A-Za-z0-9_-]{1,16}
  HmacKey mac;
};

// Immutable once loaded; shared between threads as shared_ptr<const KeyRing>.
class KeyRing {
 public:
  // Reads a keys file. Throws StartupError (exit 78) naming file, line and remedy: unreadable file,
  // no key, bad id, wrong number of hex digits, id twice, more than limits::keys_max keys.
  static std::shared_ptr<const KeyRing> load(const std::filesystem::path& file);

  // For tests and benchmarks; `keys` must not be empty.
  explicit KeyRing(std::vector<SigningKey> keys);

  const SigningKey& signing() const noexcept { return keys_.front(); }
  const SigningKey* find(std::string_view id) const noexcept;
  const std::vector<SigningKey>& all() const noexcept { return keys_; }

  // Keyed hash of an address for field `ipk`: 16 hex digits, the key derived from the *signing* key
  // and the UTC date, so that it cannot be joined across days.
  std::array<char, 16> address_hash(std::string_view address_bytes, std::uint64_t unix_ms) const;

 private:
  std::vector<SigningKey> keys_;
};

// Text of a new keys file with one random key, id taken from the date (`k20260131`).
std::string new_keys_file();

}  // namespace waymark
