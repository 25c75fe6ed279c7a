#include "common/settings/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace waymark {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
// Smallest first; the first one is what a plain number means.
constexpr Unit time_units[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit size_units[] = {
    {"", 1}, {"KiB", KiB}, {"MiB", MiB}, {"GiB", GiB}, {"TiB", 1024 * GiB}};

// Nothing when `text` is no number with one of `units`, or too large for 63 bits.
std::optional<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit_begin, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name{unit_begin, static_cast<std::size_t>(end - unit_begin)};
  if (name.empty() && number == 0) return 0;
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string quantity_text(std::uint64_t value, std::span<const Unit> units) {
  const Unit* chosen = &units.front();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) chosen = &unit;
  }
  return fmt::format("{}{}", value / chosen->factor, chosen->name);
}

}  // namespace

boost::system::result<std::chrono::milliseconds, std::string> parse_duration(
    std::string_view text) {
  if (const auto value = quantity(text, time_units)) {
    return std::chrono::milliseconds{static_cast<std::int64_t>(*value)};
  }
  return std::string{"is not a time; write it like 250ms, 60s, 10m, 24h or 7d"};
}

boost::system::result<Bytes, std::string> parse_bytes(std::string_view text) {
  if (const auto value = quantity(text, size_units)) return Bytes{*value};
  return std::string{"is not a size; write it like 512KiB, 256MiB, 8GiB or a number of bytes"};
}

std::string duration_text(std::chrono::milliseconds duration) {
  return quantity_text(static_cast<std::uint64_t>(duration.count()), time_units);
}

std::string bytes_text(Bytes bytes) {
  return quantity_text(bytes, size_units);
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);

  ListenAddress address;
  const char* const end = port_text.data() + port_text.size();
  const auto [rest, error] = std::from_chars(port_text.data(), end, address.port);
  if (error != std::errc{} || rest != end) return std::nullopt;

  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (host.find_first_of("[]: /") != std::string_view::npos) {
    return std::nullopt;
  }
  address.host = host;
  return address;
}

std::string ListenAddress::text() const {
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

}  // namespace waymark
