#include "common/click_line.hpp"
#include "common/hex.hpp"
#include "common/json_text.hpp"
#include "common/utf8.hpp"

#include <bit>
#include <charconv>
#include <cstring>

namespace waymark {
namespace {

inline char* put(std::string_view text, char* out) noexcept {
  if (text.empty()) return out;  // an empty view may hold a null pointer, which memcpy must not see
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// `prefix` is the member up to its value, `"channel":"`.
inline char* put_text(std::string_view prefix, std::string_view value, char* out) noexcept {
  if (value.empty()) return out;
  out = put(prefix, out);
  out = put(value, out);
  return put("\",", out);
}

inline char* put_id(std::string_view prefix, const Uuid& id, char* out) noexcept {
  out = put(prefix, out);
  out = write_text(id, out);
  return put("\",", out);
}

char* put_rule(std::uint32_t rule, char* out) noexcept {
  out = put(R"("rule":)", out);
  out = std::to_chars(out, out + 10, rule).ptr;
  *out++ = ',';
  return out;
}

char* put_escape(char c, char* out) noexcept {
  switch (c) {
    case '"':
      return put("\\\"", out);
    case '\\':
      return put("\\\\", out);
    case '\b':
      return put("\\b", out);
    case '\f':
      return put("\\f", out);
    case '\n':
      return put("\\n", out);
    case '\r':
      return put("\\r", out);
    case '\t':
      return put("\\t", out);
    default: {
      const auto byte = static_cast<std::uint8_t>(c);
      return write_hex({&byte, 1}, put("\\u00", out));
    }
  }
}

// Copies plain characters up to the first that needs a closer look, or the end.
void copy_plain(const char*& at, const char* end, char*& out) noexcept {
#if defined(__SSE2__)
  // Copying all 16 before looking is safe: the output is larger than what is left of the input.
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const unsigned special = special_json_mask(bytes);
    const int plain = special == 0 ? 16 : std::countr_zero(special);
    at += plain;
    out += plain;
    if (special != 0) return;
  }
#endif
  while (at != end && is_plain_json(*at)) *out++ = *at++;
}

}  // namespace

char* write_json_escaped(std::string_view text, char* out) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    copy_plain(at, end, out);
    if (at == end) return out;
    if (static_cast<std::uint8_t>(*at) < 0x80) {
      out = put_escape(*at++, out);
      continue;
    }
    const std::size_t size = utf8_sequence_bytes(at, end);
    if (size == 0) {
      out = write_utf8(replacement_character, out);
      ++at;
    } else {
      out = put({at, size}, out);
      at += size;
    }
  }
}

std::string json_escaped(std::string_view text) {
  std::string result(6 * text.size(), '\0');
  const char* const end = write_json_escaped(text, result.data());
  result.resize(static_cast<std::size_t>(end - result.data()));
  return result;
}

char* write_click_line(const ClickParts& parts, char* out) noexcept {
  out = put_id(R"({"v":1,"id":")", parts.id, out);
  out = put(R"("ts":)", out);
  out = std::to_chars(out, out + 20, parts.unix_ms).ptr;
  *out++ = ',';
  out = put_text(R"("code":")", parts.code, out);
  out = put_text(R"("link":")", parts.link, out);
  out = put_text(R"("campaign":")", parts.campaign, out);
  out = put_text(R"("referrer":")", parts.referrer, out);
  out = put_text(R"("destination":")", parts.destination, out);
  if (parts.rule) out = put_rule(*parts.rule, out);
  out = put(parts.host_json, out);
  if (parts.visitor) out = put_id(R"("visitor":")", *parts.visitor, out);
  if (parts.new_visitor) out = put(R"("new":true,)", out);
  if (parts.previous) out = put_id(R"("prev":")", *parts.previous, out);
  out = put_text(R"("channel":")", parts.channel, out);
  out = put_text(R"("share":")", parts.share, out);
  out = put_text(R"("ref":")", parts.referring_host, out);
  out = put(parts.query_json, out);
  out = put_text(R"("country":")", parts.country, out);
  out = put_text(R"("ip":")", parts.ip, out);
  out = put_text(R"("ipk":")", parts.ipk, out);
  out = put(parts.agent_json, out);
  out = put_text(R"("bot":")", parts.bot, out);
  out = put_text(R"("list":")", parts.list, out);
  out = put_text(R"("outcome":")", parts.outcome, out);
  if (parts.test) out = put(R"("test":true,)", out);
  out[-1] = '}';  // every member ends with a comma; the last one gives way
  *out++ = '\n';
  return out;
}

}  // namespace waymark
