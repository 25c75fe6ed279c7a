#include "redirect/server/proxy_header.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark::redirect {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::size_t v1_bytes_max = 107;  // with CR LF
constexpr std::string_view v2_start{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v2_fixed_bytes = 16;  // start, version and command, family, length

// First byte of what follows the start of version 2.
constexpr unsigned command_local = 0x20;
constexpr unsigned command_proxy = 0x21;

ProxyHeader broken() noexcept {
  return {State::broken, 0, {}};
}

bool is_start_of(std::string_view received, std::string_view start) noexcept {
  const std::size_t common = std::min(received.size(), start.size());
  return received.substr(0, common) == start.substr(0, common);
}

bool is_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && rest == end && (text.size() == 1 || text.front() != '0');
}

// TCP4 198.51.100.7 192.0.2.1 50000 443: single spaces, addresses of the family named.
ProxyHeader read_v1_fields(std::string_view line) noexcept {
  std::array<std::string_view, 5> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t space = line.find(' ');
    if ((space == std::string_view::npos) != (i + 1 == fields.size())) return broken();
    fields[i] = line.substr(0, space);
    line.remove_prefix(std::min(line.size(), fields[i].size() + 1));
  }
  const bool v4 = fields[0] == "TCP4";
  if (!v4 && fields[0] != "TCP6") return broken();
  for (std::string_view address : {fields[1], fields[2]}) {
    if ((address.find(':') == std::string_view::npos) != v4) return broken();
  }
  const auto source = parse_address(fields[1]);
  if (!source || !parse_address(fields[2]) || !is_port(fields[3]) || !is_port(fields[4])) {
    return broken();
  }
  return {State::complete, 0, *source};
}

ProxyHeader read_v1(std::string_view received) noexcept {
  const std::size_t stop = received.substr(0, v1_bytes_max).find_first_of("\r\n");
  if (stop == std::string_view::npos) {
    return received.size() >= v1_bytes_max ? broken() : ProxyHeader{};
  }
  if (received[stop] != '\r' || stop + 2 > v1_bytes_max) return broken();
  if (stop + 1 == received.size()) return {};
  if (received[stop + 1] != '\n') return broken();
  const std::string_view line = received.substr(v1_start.size(), stop - v1_start.size());
  // Behind UNKNOWN anything may follow up to the end of the line.
  const bool unknown = line == "UNKNOWN" || line.starts_with("UNKNOWN ");
  ProxyHeader header = unknown ? ProxyHeader{State::complete, 0, {}} : read_v1_fields(line);
  header.bytes = header.state == State::complete ? stop + 2 : 0;
  return header;
}

ProxyHeader read_v2(std::string_view received) noexcept {
  const auto octet = [received](std::size_t at) -> unsigned {
    return static_cast<unsigned char>(received[at]);
  };
  if (received.size() > 12 && octet(12) != command_local && octet(12) != command_proxy) {
    return broken();
  }
  if (received.size() < v2_fixed_bytes) return {};
  const std::size_t length = octet(14) << 8U | octet(15);
  if (v2_fixed_bytes + length > limits::proxy_header_bytes_max) return broken();
  const bool local = octet(12) == command_local;
  // The family stands in the upper half: 1 IPv4, 2 IPv6, else nothing that we could count by.
  const unsigned family = octet(13) >> 4U;
  const std::size_t size = family == 1 ? 4 : family == 2 ? 16 : 0;
  if (!local && (family > 3 || (octet(13) & 0x0fU) > 2 || length < 2 * size + (size ? 4 : 0))) {
    return broken();
  }
  if (received.size() < v2_fixed_bytes + length) return {};
  ProxyHeader header{State::complete, v2_fixed_bytes + length, {}};
  if (!local && size != 0) header.source = address_from(received.data() + v2_fixed_bytes, size);
  return header;
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view received) noexcept {
  if (received.empty()) return {};
  if (is_start_of(received, v2_start)) {
    return received.size() < v2_start.size() ? ProxyHeader{} : read_v2(received);
  }
  if (!is_start_of(received, v1_start)) return broken();
  return received.size() < v1_start.size() ? ProxyHeader{} : read_v1(received);
}

}  // namespace waymark::redirect
