#include "redirect/decide/channel.hpp"

#include "common/ascii.hpp"

#include <array>
#include <cstddef>

namespace waymark::redirect {
namespace {

constexpr std::array<std::string_view, 20> known_channels{
    "whatsapp",  "email",      "facebook", "qr",     "sms",    "telegram", "instagram",
    "linkedin",  "twitter",    "x",        "reddit", "tiktok", "youtube",  "pinterest",
    "messenger", "newsletter", "google",   "bing",   "copy",   "widget"};

struct ChannelHost {
  std::string_view domain;
  std::string_view channel;
};

constexpr std::array<ChannelHost, 17> known_hosts{{{"facebook.com", "facebook"},
                                                   {"fb.me", "facebook"},
                                                   {"messenger.com", "messenger"},
                                                   {"instagram.com", "instagram"},
                                                   {"whatsapp.com", "whatsapp"},
                                                   {"wa.me", "whatsapp"},
                                                   {"t.co", "twitter"},
                                                   {"twitter.com", "twitter"},
                                                   {"x.com", "twitter"},
                                                   {"linkedin.com", "linkedin"},
                                                   {"lnkd.in", "linkedin"},
                                                   {"t.me", "telegram"},
                                                   {"reddit.com", "reddit"},
                                                   {"tiktok.com", "tiktok"},
                                                   {"youtube.com", "youtube"},
                                                   {"google.com", "google"},
                                                   {"pinterest.com", "pinterest"}}};

constexpr bool is_tag_octet(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// What an octet of a host name stands for, in lower case; 0 for all others.
constexpr auto host_octets = [] {
  std::array<char, 256> table{};
  for (std::size_t octet = 0; octet < table.size(); ++octet) {
    const char c = lower(static_cast<char>(octet));
    if (is_tag_octet(c) || c == '.') table[octet] = c;
  }
  return table;
}();

// A loop: std::string_view's search for one of several would call memchr for each character.
std::string_view up_to_path(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && text[size] != '/' && text[size] != '?' && text[size] != '#') ++size;
  return text.substr(0, size);
}

bool is_within(std::string_view host, std::string_view domain) noexcept {
  return host.ends_with(domain) &&
         (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

std::string_view referring_host(std::string_view referer, ReferringHostBuffer& buffer) noexcept {
  const std::size_t start = referer.find("://");
  if (start == std::string_view::npos) return {};
  std::string_view host = up_to_path(referer.substr(start + 3));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  host = host.substr(0, host.find(':'));
  if (host.size() > limits::referring_host_bytes_max) return {};
  for (std::size_t i = 0; i < host.size(); ++i) {
    buffer[i] = host_octets[static_cast<unsigned char>(host[i])];
    if (buffer[i] == 0) return {};
  }
  return {buffer, host.size()};
}

std::string_view tag_of(std::string_view text, TagBuffer& buffer) noexcept {
  if (text.empty() || text.size() > limits::channel_bytes_max) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    buffer[i] = lower(text[i]);
    if (!is_tag_octet(buffer[i])) return {};
  }
  return {buffer, text.size()};
}

std::string_view share_of(std::string_view text) noexcept {
  if (text.size() > limits::share_bytes_max) return {};
  for (char c : text) {
    if (!is_tag_octet(lower(c))) return {};
  }
  return text;
}

std::string_view channel_of(std::string_view c, std::string_view utm_source, std::string_view ref,
                            TagBuffer& buffer) noexcept {
  if (const std::string_view tag = tag_of(c, buffer); !tag.empty()) return tag;
  if (const std::string_view tag = tag_of(utm_source, buffer); !tag.empty()) {
    for (std::string_view known : known_channels) {
      if (tag == known) return known;
    }
  }
  if (ref.empty()) return "direct";
  for (const ChannelHost& known : known_hosts) {
    if (is_within(ref, known.domain)) return known.channel;
  }
  // Long host names keep their end, which says more than their beginning.
  return ref.size() <= limits::channel_bytes_max
             ? ref
             : ref.substr(ref.size() - limits::channel_bytes_max);
}

}  // namespace waymark::redirect
