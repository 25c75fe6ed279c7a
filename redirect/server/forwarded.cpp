#include "redirect/server/forwarded.hpp"

#include "common/ascii.hpp"
#include "common/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace waymark::redirect {
namespace {

// Behind an odd number of backslashes.
bool is_escaped(std::string_view text, std::size_t at) noexcept {
  std::size_t first = at;
  while (first > 0 && text[first - 1] == '\\') --first;
  return (at - first) % 2 == 1;
}

// Cuts off what stands behind the last `separator` outside of quotes. From the right, because the
// left may be a visitor's: a quote that he opens and never closes must not hide what was appended.
std::string_view take_last(std::string_view& text, char separator) noexcept {
  bool quoted = false;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == '"' && !is_escaped(text, at)) quoted = !quoted;
    if (text[at] != separator || quoted) continue;
    const std::string_view last = text.substr(at + 1);
    text = text.substr(0, at);
    return trimmed(last);
  }
  return trimmed(std::exchange(text, {}));
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// An address as proxies write it: bare, with a port (198.51.100.7:4711), or [2001:db8::7] with or
// without one.
std::optional<IpAddress> parse_node(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return {};
    return parse_address(text.substr(1, close - 1));
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && is_digits(text.substr(colon + 1))) {
    text = text.substr(0, colon);
  }
  return parse_address(text);
}

bool is_for(std::string_view name) noexcept {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' &&
         (name[2] | 0x20) == 'r';
}

// The `for` of an element such as `for="[2001:db8::7]:4711";proto=https`.
std::optional<IpAddress> parse_forwarded_element(std::string_view element) noexcept {
  while (!element.empty()) {
    const std::string_view pair = take_last(element, ';');
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || !is_for(pair.substr(0, equals))) continue;
    std::string_view value = pair.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return parse_node(value);
  }
  return {};
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    if (text == "unix") {
      unix_ = true;
      continue;
    }
    const auto range = parse_range(text);
    if (!range) {
      throw StartupError(exit_code::config,
                         fmt::format("proxies.trusted: '{}' is neither an address nor a range; "
                                     "write 10.0.0.0/8 (zeros behind the prefix), 2001:db8::/32, "
                                     "192.0.2.1 or unix",
                                     text));
    }
    ranges_.push_back(*range);
  }
}

bool TrustedProxies::contains(const IpAddress& peer) const noexcept {
  if (!peer) return unix_;
  return std::ranges::any_of(ranges_,
                             [&peer](const AddressRange& range) { return range.contains(peer); });
}

IpAddress visitor_behind(const IpAddress& peer, const ForwardedLines& lines,
                         const TrustedProxies& trusted) noexcept {
  IpAddress reached = peer;
  for (std::size_t line = 0; line < lines.kept(); ++line) {
    std::string_view rest = lines.from_the_end(line);
    while (!rest.empty()) {
      const std::string_view element = take_last(rest, ',');
      if (element.empty()) continue;  // lists may have empty elements (RFC 9110 section 5.6.1)
      const auto address = lines.wanted() == ForwardHeader::forwarded
                               ? parse_forwarded_element(element)
                               : parse_node(element);
      if (!address) return reached;
      reached = *address;
      if (!trusted.contains(reached)) return reached;
    }
  }
  return reached;
}

}  // namespace waymark::redirect
