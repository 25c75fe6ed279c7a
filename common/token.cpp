#include "common/token.hpp"

#include "common/base64url.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace waymark {
namespace {

// --- wm_click ---
//
//   0              16       24
//   | click id     | MAC    |

constexpr std::string_view click_label = "waymark:wm_click:1:";
constexpr std::size_t click_mac_bytes = 8;
constexpr std::size_t click_raw_bytes = 16 + click_mac_bytes;
static_assert(base64url_chars(click_raw_bytes) == click_token_bytes);

// --- wm_ref, the payload ---
//
//   visitor 16 | campaigns 1 | and for each, newest first:
//   id length 1, id | ends_at 5 | first click 16, code length 1, code | last click, the same

constexpr std::string_view cookie_label = "waymark:wm_ref:1:";
constexpr std::string_view cookie_version = "1.";
constexpr std::size_t cookie_mac_bytes = 16;
constexpr std::size_t cookie_mac_chars = base64url_chars(cookie_mac_bytes);
constexpr std::size_t ends_at_bytes = 5;
constexpr std::size_t touch_bytes_max = 16 + 1 + limits::code_bytes_max;
constexpr std::size_t payload_bytes_max =
    16 + 1 +
    limits::cookie_campaigns_max * (1 + limits::id_bytes_max + ends_at_bytes + 2 * touch_bytes_max);
static_assert(cookie_version.size() + limits::key_id_bytes_max + 1 +
                      base64url_chars(payload_bytes_max) + 1 + cookie_mac_chars <=
                  limits::cookie_bytes_max,
              "a cookie with every field at its limit must fit");
static_assert(cookie_label.size() + payload_bytes_max < MacBatch::message_bytes_max);
static_assert(limits::id_bytes_max <= 0xff && limits::code_bytes_max <= 0xff,
              "lengths take one byte");

std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Appends to the payload; the caller keeps the limits.
class PayloadWriter {
 public:
  explicit PayloadWriter(std::uint8_t* out) noexcept : out_(out) {}

  void id(const Uuid& id) noexcept { copy(id.bytes.data(), id.bytes.size()); }
  void byte(std::size_t value) noexcept { *out_++ = static_cast<std::uint8_t>(value); }
  void text(std::string_view text, [[maybe_unused]] std::size_t bytes_max) noexcept {
    assert(!text.empty() && text.size() <= bytes_max);
    byte(text.size());
    copy(text.data(), text.size());
  }
  void seconds(std::uint64_t value) noexcept {
    for (unsigned i = ends_at_bytes; i-- > 0;) byte(value >> (8U * i) & 0xffU);
  }
  void touch(const Touch& touch) noexcept {
    id(touch.click);
    text(touch.code, limits::code_bytes_max);
  }
  std::uint8_t* end() const noexcept { return out_; }

 private:
  void copy(const void* from, std::size_t size) noexcept {
    std::memcpy(out_, from, size);
    out_ += size;
  }

  std::uint8_t* out_;
};

// Reads the payload; after a failure every read gives nothing and `ok` stays false.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) noexcept : left_(bytes) {}

  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return left_.empty(); }

  std::string_view take(std::size_t size) noexcept {
    if (left_.size() < size) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::size_t byte() noexcept {
    const std::string_view taken = take(1);
    return taken.empty() ? 0 : static_cast<std::uint8_t>(taken.front());
  }
  Uuid id() noexcept {
    Uuid id;
    const std::string_view taken = take(id.bytes.size());
    if (!taken.empty()) std::memcpy(id.bytes.data(), taken.data(), taken.size());
    return id;
  }
  std::string_view text(std::size_t bytes_max) noexcept {
    const std::size_t size = byte();
    ok_ = ok_ && size >= 1 && size <= bytes_max;
    return take(size);
  }
  std::uint64_t seconds() noexcept {
    std::uint64_t value = 0;
    for (const char c : take(ends_at_bytes)) value = value << 8U | static_cast<std::uint8_t>(c);
    return value;
  }
  Touch touch() noexcept {
    const Uuid click = id();
    return {click, text(limits::code_bytes_max)};
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

Result<Attribution> read_payload(std::string_view payload) noexcept {
  PayloadReader in{payload};
  Attribution result;
  result.visitor = in.id();
  result.campaign_count = in.byte();
  if (result.campaign_count > result.campaigns.size()) return Errc::invalid_token;
  for (std::size_t i = 0; i < result.campaign_count; ++i) {
    CampaignTouches& entry = result.campaigns[i];
    entry.campaign = in.text(limits::id_bytes_max);
    entry.ends_at = in.seconds();
    entry.first = in.touch();
    entry.last = in.touch();
  }
  if (!in.ok() || !in.at_end()) return Errc::invalid_token;
  return result;
}

char* copy_text(std::string_view text, char* out) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

char* write_click_token(const Uuid& click, const SigningKey& key, MacBatch& macs,
                        char* out) noexcept {
  // Characters of base64url hold three bytes each four: the last byte of the id shares its own with
  // the MAC.
  constexpr std::size_t shared_bytes = sizeof click.bytes % 3;
  const std::span<const std::uint8_t> id{click.bytes};
  const auto alone = id.first<sizeof click.bytes - shared_bytes>();
  out = write_base64url(alone, out);
  macs.add(key.mac, click_label, as_text(id),
           {as_text(id.last<shared_bytes>()), click_mac_bytes, out});
  return out + base64url_chars(shared_bytes + click_mac_bytes);
}

char* write_click_token(const Uuid& click, const SigningKey& key, char* out) noexcept {
  MacBatch macs;
  out = write_click_token(click, key, macs, out);
  macs.finish();
  return out;
}

Result<Uuid> verify_click_token(std::string_view token, const KeyRing& keys) noexcept {
  if (token.size() != click_token_bytes) return Errc::invalid_token;
  std::array<std::uint8_t, click_raw_bytes> raw;
  if (!read_base64url(token, raw.data())) return Errc::invalid_token;
  Uuid click;
  std::memcpy(click.bytes.data(), raw.data(), click.bytes.size());
  const std::string_view given = as_text(std::span{raw}.subspan<16>());
  for (const SigningKey& key : keys.all()) {
    const HmacKey::Mac mac = key.mac.sign(click_label, as_text(click.bytes));
    if (equal_constant_time(given, as_text(std::span{mac}.first<click_mac_bytes>()))) {
      return click;
    }
  }
  return Errc::invalid_token;
}

Result<Attribution> verify_attribution(std::string_view cookie, const KeyRing& keys,
                                       AttributionBuffer& buffer) noexcept {
  if (cookie.size() > limits::cookie_bytes_max || !cookie.starts_with(cookie_version)) {
    return Errc::invalid_token;
  }
  cookie.remove_prefix(cookie_version.size());
  const std::size_t id_end = cookie.find('.');
  const std::size_t mac_dot = cookie.size() - std::min(cookie.size(), cookie_mac_chars + 1);
  if (id_end == std::string_view::npos || id_end >= mac_dot || cookie[mac_dot] != '.') {
    return Errc::invalid_token;
  }
  const SigningKey* const key = keys.find(cookie.substr(0, id_end));
  if (key == nullptr) return Errc::invalid_token;

  std::array<std::uint8_t, base64url_bytes_max(cookie_mac_chars)> given;
  if (!read_base64url(cookie.substr(mac_dot + 1), given.data())) return Errc::invalid_token;
  auto* const payload = reinterpret_cast<std::uint8_t*>(buffer.data());
  const auto size = read_base64url(cookie.substr(id_end + 1, mac_dot - id_end - 1), payload);
  if (!size) return Errc::invalid_token;

  const std::string_view signed_bytes{buffer.data(), *size};
  const HmacKey::Mac mac = key->mac.sign(cookie_label, signed_bytes);
  if (!equal_constant_time(as_text(given), as_text(std::span{mac}.first<cookie_mac_bytes>()))) {
    return Errc::forged_token;
  }
  return read_payload(signed_bytes);
}

char* write_attribution(const Attribution& attribution, const SigningKey& key, MacBatch& macs,
                        char* out) noexcept {
  assert(attribution.campaign_count <= attribution.campaigns.size());
  std::array<std::uint8_t, payload_bytes_max> payload;
  PayloadWriter writer{payload.data()};
  writer.id(attribution.visitor);
  writer.byte(attribution.campaign_count);
  for (std::size_t i = 0; i < attribution.campaign_count; ++i) {
    const CampaignTouches& entry = attribution.campaigns[i];
    writer.text(entry.campaign, limits::id_bytes_max);
    writer.seconds(entry.ends_at);
    writer.touch(entry.first);
    writer.touch(entry.last);
  }
  const std::span<const std::uint8_t> bytes{payload.data(), writer.end()};
  out = copy_text(cookie_version, out);
  out = copy_text(key.id, out);
  *out++ = '.';
  out = write_base64url(bytes, out);
  *out++ = '.';
  macs.add(key.mac, cookie_label, as_text(bytes), {{}, cookie_mac_bytes, out});
  return out + cookie_mac_chars;
}

char* write_attribution(const Attribution& attribution, const SigningKey& key, char* out) noexcept {
  MacBatch macs;
  out = write_attribution(attribution, key, macs, out);
  macs.finish();
  return out;
}

void touch(Attribution& attribution, std::string_view campaign, Touch click, std::uint64_t now,
           std::uint64_t window_seconds) noexcept {
  CampaignTouches fresh{campaign, now + window_seconds, click, click};
  auto& entries = attribution.campaigns;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < attribution.campaign_count; ++i) {
    const CampaignTouches entry = entries[i];
    if (entry.ends_at <= now) continue;
    if (entry.campaign == campaign) {
      const std::uint64_t first_at = entry.first.click.unix_ms() / 1'000;
      if (first_at + window_seconds > now) fresh.first = entry.first;
    } else {
      entries[kept++] = entry;
    }
  }
  if (campaign.empty()) {
    attribution.campaign_count = kept;
    return;
  }
  kept = std::min(kept, entries.size() - 1);
  std::move_backward(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(kept),
                     entries.begin() + static_cast<std::ptrdiff_t>(kept + 1));
  entries.front() = fresh;
  attribution.campaign_count = kept + 1;
}

}  // namespace waymark
