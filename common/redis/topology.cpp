#include "common/redis/topology.hpp"

#include "common/limits.hpp"

#include <algorithm>
#include <charconv>

namespace waymark::redis {
namespace {

template <class Number>
std::optional<Number> number_from(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_slot(std::int64_t number) {
  return number >= 0 && number < static_cast<std::int64_t>(slots_count);
}

// Of a node in CLUSTER SLOTS: host, port, id, ...; "?" stands for a host that the node does not
// know.
std::optional<Address> address_from(ReplyView node, const Address& asked) {
  const std::int64_t port = node[1].integer();
  if (port <= 0 || port > 0xFFFF) return std::nullopt;
  std::string host{node[0].text()};
  if (host.empty() || host == "?") host = asked.host;
  return Address{std::move(host), static_cast<std::uint16_t>(port), {}};
}

}  // namespace

std::optional<Topology> Topology::read(ReplyView reply, const Address& asked) {
  Topology topology;
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const ReplyView range = reply[i];
    const std::int64_t first = range[0].integer();
    const std::int64_t last = range[1].integer();
    const auto master = address_from(range[2], asked);
    if (!is_slot(first) || !is_slot(last) || !master) return std::nullopt;
    const std::uint16_t number = topology.number_of(*master);
    if (number == nobody) return std::nullopt;
    for (std::int64_t slot = first; slot <= last; ++slot) {
      topology.owners_[static_cast<std::size_t>(slot)] = number;
    }
  }
  if (topology.masters_.empty()) return std::nullopt;
  return topology;
}

const Address* Topology::master_of(std::uint16_t slot) const noexcept {
  const std::uint16_t owner = owners_[slot];
  return owner == nobody ? nullptr : &masters_[owner];
}

std::size_t Topology::unserved() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(owners_, nobody));
}

void Topology::move(std::uint16_t slot, const Address& to) {
  owners_[slot] = number_of(to);
}

std::uint16_t Topology::number_of(const Address& master) {
  const auto found = std::ranges::find(masters_, master);
  if (found != masters_.end()) return static_cast<std::uint16_t>(found - masters_.begin());
  if (masters_.size() == limits::redis_masters_max) return nobody;
  masters_.push_back(master);
  return static_cast<std::uint16_t>(masters_.size() - 1);
}

std::optional<Redirection> parse_redirection(std::string_view error, const Address& asked) {
  Redirection redirection;
  if (error.starts_with("ASK ")) {
    redirection.ask = true;
    error.remove_prefix(4);
  } else if (error.starts_with("MOVED ")) {
    error.remove_prefix(6);
  } else {
    return std::nullopt;
  }
  const std::size_t space = error.find(' ');
  // The last colon: an IPv6 address has more of them and stands without brackets.
  const std::size_t colon = error.rfind(':');
  if (space == std::string_view::npos || colon == std::string_view::npos || colon < space) {
    return std::nullopt;
  }
  const auto slot = number_from<std::int64_t>(error.substr(0, space));
  const auto port = number_from<std::uint16_t>(error.substr(colon + 1));
  if (!slot || !is_slot(*slot) || !port || *port == 0) return std::nullopt;
  redirection.slot = static_cast<std::uint16_t>(*slot);
  redirection.to.host = error.substr(space + 1, colon - space - 1);
  if (redirection.to.host.empty() || redirection.to.host == "?") redirection.to.host = asked.host;
  redirection.to.port = *port;
  return redirection;
}

}  // namespace waymark::redis
