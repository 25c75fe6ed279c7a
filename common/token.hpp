// The two signed tokens: `wm_click` in the destination and the cookie `wm_ref`. Exact bytes and a
// worked example stand in common/README.md. No allocation anywhere.
#pragma once

#include "common/error.hpp"
#include "common/keys.hpp"
#include "common/limits.hpp"
#include "common/mac_batch.hpp"
#include "common/uuid.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace waymark {

// --- wm_click: base64url without padding of 16 bytes click id + 8 bytes MAC ---

inline constexpr std::size_t click_token_bytes = 32;

// Writes 32 characters, returns the end. With `macs` the MAC is left to its finish().
char* write_click_token(const Uuid& click, const SigningKey& key, char* out) noexcept;
char* write_click_token(const Uuid& click, const SigningKey& key, MacBatch& macs,
                        char* out) noexcept;

// Fails with invalid_token. Any key of the ring verifies.
Result<Uuid> verify_click_token(std::string_view token, const KeyRing& keys) noexcept;

// --- wm_ref: `1.<key id>.<payload>.<mac>` ---

struct Touch {
  Uuid click;
  std::string_view code;
};

struct CampaignTouches {
  std::string_view campaign;
  std::uint64_t ends_at = 0;  // unix seconds: end of this entry's claim
  Touch first;
  Touch last;
};

// What the cookie carries: the visitor and up to three campaigns, newest first.
struct Attribution {
  Uuid visitor;
  std::array<CampaignTouches, limits::cookie_campaigns_max> campaigns{};
  std::size_t campaign_count = 0;
};

// Holds the decoded bytes that an Attribution's views point into.
using AttributionBuffer = std::array<char, limits::cookie_bytes_max>;

// Reads and verifies a cookie value. Views in the result point into `buffer`, which must outlive
// it. Fails with forged_token where the MAC is wrong, and with invalid_token: wrong form or unknown
// key id, for which no MAC is computed, or an impossible payload that one of our keys has signed.
Result<Attribution> verify_attribution(std::string_view cookie, const KeyRing& keys,
                                       AttributionBuffer& buffer) noexcept;

// Writes the cookie value, at most limits::cookie_bytes_max characters, which three campaigns with
// every text at its limit cannot reach. Codes and campaign ids must not be empty and must keep
// their limits. Returns the end. `out` must hold that many. With `macs` the MAC is left to its
// finish().
char* write_attribution(const Attribution& attribution, const SigningKey& key, char* out) noexcept;
char* write_attribution(const Attribution& attribution, const SigningKey& key, MacBatch& macs,
                        char* out) noexcept;

// Records a click for `campaign`: moves its entry to the front with `click` as last touch and
// ends_at = now + window; a first touch older than the window (by the time in its click id) gives
// way to `click`; entries that have ended are dropped, and the oldest past three. Unix seconds. An
// empty campaign only drops what has ended.
void touch(Attribution& attribution, std::string_view campaign, Touch click, std::uint64_t now,
           std::uint64_t window_seconds) noexcept;

}  // namespace waymark
