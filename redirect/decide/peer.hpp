// What a connection knows of its visitor's address.
#pragma once

#include "redirect/geo/country_file.hpp"
#include "redirect/server/ip_address.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::redirect {

// Computed once and kept. Nothing of it is known behind a Unix socket unless a trusted proxy tells.
struct Peer {
  std::array<char, 48> truncated{};  // text of the address cut to /24 or /48
  std::uint8_t truncated_bytes = 0;
  IpAddress address;
  std::array<char, 16> hash{};     // ipk of `hash_day` under the ring's signing key
  std::uint64_t hash_day = 0;      // unix day; 0: not computed yet
  std::optional<Country> country;  // nothing: not looked up yet

  std::string_view truncated_text() const noexcept { return {truncated.data(), truncated_bytes}; }
};

// What a click tells of the address: its text cut to /24 or /48, and the whole for the keyed hash.
Peer peer_of(const IpAddress& address) noexcept;

}  // namespace waymark::redirect
