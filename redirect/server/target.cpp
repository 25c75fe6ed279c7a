#include "redirect/server/target.hpp"

#include "common/ascii.hpp"
#include "redirect/server/ip_address.hpp"

#include <boost/beast/core/string.hpp>

#include <array>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace waymark::redirect {
namespace {

using boost::beast::iequals;

// Every octet a target may hold: printable ASCII but `#`. Characters that RFC 3986 leaves out
// though browsers send them (such as | and {) pass; they leave percent-encoded.
constexpr auto target_octets = [] {
  std::array<bool, 256> allowed{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) allowed[c] = c != '#';
  return allowed;
}();

constexpr auto host_octets = [] {
  std::array<bool, 256> allowed{};
  for (char c = '0'; c <= '9'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) allowed[static_cast<unsigned char>(c)] = true;
  for (char c : {'-', '.', '_'}) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool consists_of(std::string_view text, const std::array<bool, 256>& allowed) noexcept {
  bool good = true;
  for (char c : text) good &= allowed[static_cast<unsigned char>(c)];
  return good;
}

bool is_target(std::string_view text) noexcept {
#if defined(__SSE2__)
  for (; text.size() >= 16; text.remove_prefix(16)) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    // Signed: what is not ASCII is less than a space, too.
    const __m128i good = _mm_andnot_si128(_mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8('#')),
                                                       _mm_cmpeq_epi8(octets, _mm_set1_epi8(0x7f))),
                                          _mm_cmpgt_epi8(octets, _mm_set1_epi8(' ')));
    if (_mm_movemask_epi8(good) != 0xffff) return false;
  }
#endif
  return consists_of(text, target_octets);
}

bool is_port(std::string_view text) noexcept {
  if (text.size() > 5) return false;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// An IPv6 address in brackets. Zones have no meaning here, and later versions no addresses.
bool is_ip_literal(std::string_view text) noexcept {
  const std::string_view address = text.substr(1, text.size() - 2);
  return address.find(':') != std::string_view::npos && parse_address(address).has_value();
}

struct Authority {
  std::string_view host;
  std::string_view port;  // with its colon
};

// Splits `host[:port]`; an empty host means that the authority is not valid.
Authority split_authority(std::string_view authority) noexcept {
  std::string_view host = authority;
  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    host = authority.substr(0, close + 1);
    port = authority.substr(close + 1);
    if (!is_ip_literal(host)) return {};
    if (!port.empty() && port.front() != ':') return {};
  } else {
    const std::size_t colon = authority.find(':');
    if (colon != std::string_view::npos) {
      host = authority.substr(0, colon);
      port = authority.substr(colon);
    }
    if (!consists_of(host, host_octets)) return {};
    if (host.ends_with('.')) host.remove_suffix(1);
  }
  if (!port.empty() && !is_port(port.substr(1))) return {};
  if (host.size() > limits::host_bytes_max) return {};
  return {host, port};
}

void store_host(Request& request, std::string_view host, HostBuffer& buffer) noexcept {
  for (std::size_t i = 0; i < host.size(); ++i) {
    buffer[i] = lower(host[i]);
  }
  request.host = {buffer, host.size()};
}

// Cuts `http://authority` off an absolute-form target; false when it is neither form.
bool take_authority(std::string_view& rest, std::string_view& authority) noexcept {
  const std::size_t colon = rest.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = rest.substr(0, colon);
  if (!iequals(scheme, "http") && !iequals(scheme, "https")) return false;
  rest.remove_prefix(colon + 3);
  const std::size_t end = rest.find_first_of("/?");
  authority = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  return !authority.empty();
}

}  // namespace

Refusal split_target(Request& request, HostBuffer& buffer) noexcept {
  if (request.target.size() > limits::target_bytes_max) return Refusal::target_too_long;
  if (!is_target(request.target)) return Refusal::bad_request;
  if (request.host_fields > 1) return Refusal::bad_request;
  if (request.host_fields == 0 && !request.http10) return Refusal::bad_request;

  Authority asked;
  if (request.host_fields == 1) {
    asked = split_authority(request.host_field);
    if (asked.host.empty()) return Refusal::bad_request;
  }
  std::string_view rest = request.target;
  // Asterisk-form is for OPTIONS, which is refused for what it is.
  const bool asterisk = rest == "*" && request.method == Method::other;
  if (asterisk) {
    rest = {};
  } else if (rest.front() != '/') {
    std::string_view authority;
    if (!take_authority(rest, authority)) return Refusal::bad_request;
    asked = split_authority(authority);
    if (asked.host.empty()) return Refusal::bad_request;
  }
  store_host(request, asked.host, buffer);
  request.port = asked.port;

  const std::size_t mark = rest.find('?');
  request.path = rest.substr(0, mark);
  if (!request.path.empty()) request.path.remove_prefix(1);
  request.query = mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1);
  return Refusal::none;
}

}  // namespace waymark::redirect
