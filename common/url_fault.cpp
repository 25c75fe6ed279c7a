#include "common/url_fault.hpp"

#include "common/ascii.hpp"
#include "common/hex.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace waymark {
namespace {

// RFC 3986 section 2: unreserved and reserved, but for the brackets, which hosts alone have.
bool may_stand(char c) noexcept {
  constexpr std::string_view marks = "-._~:/?#@!$&'()*+,;=%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

// Where the host begins; 0 when no http(s) URL does.
std::size_t authority_of(std::string_view url) {
  const std::string begin = lowered(url.substr(0, 8));
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (begin.starts_with(scheme)) return scheme.size();
  }
  return 0;
}

std::string brace_fault(std::string_view braced) {
  constexpr std::size_t shown_max = 32;
  const auto end = braced.find('}');
  const auto name =
      braced.substr(0, std::min(end == std::string_view::npos ? 1 : end + 1, shown_max));
  return fmt::format(
      "holds {}, which is no placeholder there; {{click}}, {{code}}, {{referrer}}, {{campaign}} "
      "and "
      "{{channel}} are, in path and query (a brace itself is written %7B)",
      name);
}

bool is_escape(std::string_view text) noexcept {
  return text.size() >= 3 && read_hex_pair(text.data() + 1) <= 0xff;
}

}  // namespace

std::string url_fault(std::string_view url) {
  const auto authority = authority_of(url);
  if (authority == 0) return "must start with https:// or http://";
  const auto path = std::min(url.find_first_of("/?#", authority), url.size());
  bool in_fragment = false;
  for (auto at = authority; at < url.size(); ++at) {
    const char c = url[at];
    if (c == '{') return brace_fault(url.substr(at));
    if (c == '%' && !is_escape(url.substr(at))) {
      return "holds a % without two hex digits after it; it is written %25";
    }
    const bool in_host = at < path && (c == '[' || c == ']');
    if (!(may_stand(c) || in_host) || (c == '#' && in_fragment)) {
      return fmt::format("holds '{}', which is written %{:02X} in a URL", c,
                         static_cast<unsigned>(c));
    }
    in_fragment = in_fragment || c == '#';
  }
  return "is not an absolute URL of RFC 3986";
}

}  // namespace waymark
