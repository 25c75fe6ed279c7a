// A decision as a click line. Writes straight into the journal's memory.
#pragma once

#include "redirect/decide/decide.hpp"
#include "redirect/geo/country_file.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace waymark::redirect {

// What a connection knows of its visitor's address; computed once and kept. Nothing of it is known
// behind a Unix socket unless a trusted proxy tells.
struct Peer {
  std::array<char, 48> truncated{};  // text of the address cut to /24 or /48
  std::uint8_t truncated_bytes = 0;
  std::array<char, 16> address{};  // the full address in network order, for the keyed hash
  std::uint8_t address_bytes = 0;
  std::array<char, 16> hash{};     // ipk of `hash_day` under the ring's signing key
  std::uint64_t hash_day = 0;      // unix day; 0: not computed yet
  std::optional<Country> country;  // nothing: not looked up yet

  std::string_view whole_address() const noexcept { return {address.data(), address_bytes}; }
  std::string_view truncated_text() const noexcept { return {truncated.data(), truncated_bytes}; }
};

inline constexpr std::size_t query_json_bytes_max = limits::stored_query_bytes_max + 64;

// Writes the click line's members `query`, with the parameters that may be stored, and `lang`, each
// ending with a comma; at most query_json_bytes_max bytes. A parameter that might not fit is left
// out. Returns the end.
char* write_query_json(std::string_view query, std::string_view accept_language,
                       const DecideRules& rules, char* out) noexcept;

// Writes the line, at most limits::click_line_bytes_max bytes; returns the end. `host_json` is the
// escaped member `host` with its comma.
char* write_click(const Decision& decision, const Request& request, const KnownAgent& agent,
                  const ResolvedLink& link, const DecideRules& rules, const KeyRing& keys,
                  std::string_view host_json, Peer& peer, std::uint64_t now_ms, char* out);

}  // namespace waymark::redirect
