#include "common/ascii.hpp"
#include "common/limits.hpp"
#include "common/records.hpp"
#include "common/url_fault.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

namespace waymark {
namespace {

namespace urls = boost::urls;

RecordProblem wrong(std::string_view problem) {
  return {{}, std::string{problem}};
}

struct Placeholder {
  std::string_view text;
  std::size_t bytes_max;  // of what stands for it, percent-encoded
};
constexpr std::array<Placeholder, 5> placeholders{{{"{click}", 32},
                                                   {"{code}", limits::code_bytes_max},
                                                   {"{referrer}", 3 * limits::id_bytes_max},
                                                   {"{campaign}", 3 * limits::id_bytes_max},
                                                   {"{channel}", limits::channel_bytes_max}}};

// `url` with the braces of known placeholders, where they may stand, made harmless for the parser;
// all other braces stay and are refused there.
std::string without_placeholders(std::string_view url) {
  std::string text{url};
  const std::size_t authority = url.find("//");
  if (authority == std::string_view::npos) return text;
  const std::size_t begin = url.find_first_of("/?", authority + 2);
  const std::size_t end = std::min(url.find('#'), url.size());
  if (begin == std::string_view::npos) return text;
  for (std::size_t at = begin; (at = text.find('{', at)) < end; ++at) {
    const std::string_view rest = url.substr(at);
    for (const Placeholder& placeholder : placeholders) {
      if (!rest.starts_with(placeholder.text)) continue;
      text[at] = '_';
      text[at + placeholder.text.size() - 1] = '_';
    }
  }
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The host as it is compared: lower case, without the dot of the root.
std::string normal_host(std::string_view host) {
  std::string text = lowered(host);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// Labels of letters, digits, '-' and '_', none empty. A last label that is a number makes browsers
// read the whole name as an IPv4 address in one of its odd forms (`0x7f.1`, `2130706433`), under
// which any host could hide.
bool is_host_name(std::string_view host) {
  constexpr std::size_t label_bytes_max = 63;
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  if (host.size() > limits::host_bytes_max) return false;
  std::string_view label;
  for (std::size_t at = 0; at <= host.size(); at += label.size() + 1) {
    label = host.substr(at, host.find('.', at) - at);
    if (label.empty() || label.size() > label_bytes_max ||
        label.find_first_not_of(allowed) != std::string_view::npos) {
      return false;
    }
  }
  return !std::all_of(label.begin(), label.end(), is_digit) && !label.starts_with("0x");
}

bool is_usable_host(const urls::url_view& url, std::string_view host) {
  switch (url.host_type()) {
    case urls::host_type::name:
      return is_host_name(host);
    case urls::host_type::ipv4:
    case urls::host_type::ipv6:
      return true;
    default:
      return false;
  }
}

// Boost.URL neither limits ports nor wants the path after an authority to start with a slash
// (`https://shop.example:80.evil.example/` parses), so both are checked here.
bool is_usable_port(const urls::url_view& url) {
  if (!url.has_port()) return true;
  unsigned number = 0;
  const auto text = url.port();
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && number >= 1 && number <= 65'535;
}

std::string port_of(const urls::url_view& url) {
  if (!url.port().empty()) return std::string{url.port()};
  return url.scheme_id() == urls::scheme::https ? "443" : "80";
}

bool is_usable_path(const urls::url_view& url) {
  return url.encoded_path().empty() || url.encoded_path().front() == '/';
}

// As browsers ask for it: `/x/../%72` is `/r`.
std::string normal_path(const urls::url_view& url) {
  urls::url copy{url};
  copy.normalize_path();
  return {copy.encoded_path().data(), copy.encoded_path().size()};
}

bool is_below(std::string_view path, std::string_view base) {
  return path.starts_with(base) &&
         (base.empty() || path.size() == base.size() || path[base.size()] == '/');
}

bool matches(std::string_view host, std::string_view pattern) {
  const std::string wanted = normal_host(pattern);
  if (!wanted.starts_with('.')) return host == wanted;
  return host.ends_with(wanted) || host == std::string_view{wanted}.substr(1);
}

bool matches_any(std::string_view host, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [host](const std::string& pattern) { return matches(host, pattern); });
}

bool is_in(const urls::url_view& url, const OwnPlace& place) {
  return normal_host({url.encoded_host().data(), url.encoded_host().size()}) == place.host &&
         (place.port.empty() || place.port == port_of(url)) &&
         is_below(normal_path(url), place.path);
}

// `path` is that of the place where the links live.
bool is_root(const urls::url_view& url, std::string_view path) {
  const std::string asked = normal_path(url);
  return asked == path || std::string_view{asked}.substr(path.size()) == "/";
}

}  // namespace

DestinationPolicy destination_policy(std::string_view base_url, std::vector<std::string> allow) {
  DestinationPolicy policy{.own = {}, .allow = std::move(allow)};
  if (const auto base = urls::parse_uri(base_url)) {
    // With a port of its own it is that port alone: others of the machine are not ours.
    OwnPlace& place = policy.own.emplace_back(
        normal_host({base->encoded_host().data(), base->encoded_host().size()}),
        std::string{base->port()}, normal_path(*base));
    while (place.path.ends_with('/')) place.path.pop_back();
  }
  return policy;
}

bool DestinationPolicy::knows(std::string_view host) const {
  return std::ranges::find(own, host, &OwnPlace::host) != own.end();
}

DestinationPolicy DestinationPolicy::with_domain(std::string_view host) const {
  DestinationPolicy policy = *this;
  if (!knows(host)) policy.own.push_back({.host = std::string{host}});
  return policy;
}

std::size_t filled_bytes_max(std::string_view url) {
  std::size_t bytes = url.size();
  for (std::size_t at = 0; (at = url.find('{', at)) != std::string_view::npos; ++at) {
    for (const Placeholder& placeholder : placeholders) {
      if (!url.substr(at).starts_with(placeholder.text)) continue;
      bytes += placeholder.bytes_max - placeholder.text.size();
    }
  }
  return bytes;
}

std::string host_of(std::string_view url) {
  const std::string text = without_placeholders(url);
  const auto parsed = urls::parse_uri(text);
  if (!parsed) return {};
  return normal_host({parsed->encoded_host().data(), parsed->encoded_host().size()});
}

bool leads_to_root(std::string_view url) {
  const std::string text = without_placeholders(url);
  const auto parsed = urls::parse_uri(text);
  return parsed && is_root(*parsed, "");
}

namespace {

enum class LinksOfOurs { refused, allowed_but_for_the_root };

boost::system::result<void, RecordProblem> check_url(std::string_view url,
                                                     const DestinationPolicy& policy,
                                                     LinksOfOurs links) {
  if (url.empty()) return wrong("must not be empty");
  if (url.size() > limits::destination_bytes_max) return wrong("is longer than 2048 bytes");
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  if (!std::all_of(url.begin(), url.end(), is_printable)) {
    return wrong("holds a space, a control character or a byte outside ASCII; percent-encode it");
  }
  const std::string text = without_placeholders(url);
  const auto parsed = urls::parse_uri(text);
  if (!parsed) return wrong(url_fault(text));
  if (parsed->scheme_id() != urls::scheme::http && parsed->scheme_id() != urls::scheme::https) {
    return wrong(url_fault(url));
  }
  if (!parsed->has_authority() || parsed->encoded_host().empty()) return wrong("names no host");
  if (parsed->has_userinfo()) return wrong("must not hold user or password");
  if (!is_usable_port(*parsed) || !is_usable_path(*parsed)) return wrong("has no usable port");

  const std::string host =
      normal_host(std::string_view{parsed->encoded_host().data(), parsed->encoded_host().size()});
  if (!is_usable_host(*parsed, host)) return wrong("has a host that is no name and no address");
  const auto leads_back = [&](const OwnPlace& place) {
    return is_in(*parsed, place) && (links == LinksOfOurs::refused || is_root(*parsed, place.path));
  };
  if (std::ranges::any_of(policy.own, leads_back)) {
    return wrong(
        "leads to our own short links (links.base_url or the domain itself) and would loop");
  }
  if (!policy.allow.empty() && !matches_any(host, policy.allow)) {
    return wrong("leads to a host outside destinations.allow");
  }
  return {};
}

}  // namespace

boost::system::result<void, RecordProblem> check_destination(std::string_view url,
                                                             const DestinationPolicy& policy) {
  return check_url(url, policy, LinksOfOurs::refused);
}

boost::system::result<void, RecordProblem> check_root_url(std::string_view url,
                                                          const DestinationPolicy& policy) {
  return check_url(url, policy, LinksOfOurs::allowed_but_for_the_root);
}

}  // namespace waymark
