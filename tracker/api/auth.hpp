// Who asks, and what that key may do. Keys are kept as SHA-256 only; the bootstrap key, which holds
// the owner's rights, comes from a file and stands in no table.
#pragma once

#include "tracker/api/problem.hpp"
#include "tracker/store/store.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct Caller {
  std::string key_id;  // owner of idempotency keys
  bool owner = false;  // may do everything
  std::string scopes;  // comma list, for restricted keys

  // `scope` as in "links:write"; writing includes reading.
  bool may(std::string_view scope) const;
};

// SHA-256 as 64 hex digits.
std::string hash_of(std::string_view text);

// Fails with unauthenticated, key_expired or temporarily_unavailable. `authorization` is the header
// as it came.
Checked<Caller> authenticate(Store& store, std::string_view authorization,
                             std::string_view bootstrap_hash, std::uint64_t now_ms);

// The secret key in `file`, which is created (mode 0600) with a random one when it is missing.
// Throws StartupError (exit 78) naming the file: unreadable, cannot be created, or holds no key.
std::string read_bootstrap_key(const std::filesystem::path& file);

}  // namespace waymark::tracker
