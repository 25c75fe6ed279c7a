// A decision as a click line. Writes straight into the journal's memory.
#pragma once

#include "redirect/decide/decide.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::redirect {

// What a connection knows of its peer; computed once and kept.
struct Peer {
  std::array<char, 48> truncated{};  // text of the address cut to /24 or /48
  std::uint8_t truncated_bytes = 0;
  std::array<char, 16> address{};  // the full address in network order, for the keyed hash
  std::uint8_t address_bytes = 0;
  std::array<char, 16> hash{};  // ipk of `hash_day` under the ring's signing key
  std::uint64_t hash_day = 0;   // unix day; 0: not computed yet

  std::string_view truncated_text() const noexcept { return {truncated.data(), truncated_bytes}; }
};

// Which parameters of the visitor's query may be stored, as the click line's members `query` and
// `lang`: escaped, capped, each ending with a comma. Appends to `json`.
void append_query_json(std::string_view query, std::string_view accept_language,
                       const DecideRules& rules, std::string& json);

// Writes the line, at most limits::click_line_bytes_max bytes; returns the end. `query_json` is
// scratch memory whose capacity is kept. `host_json` is the escaped member `host` with its comma.
char* write_click(const Decision& decision, const Request& request, const KnownAgent& agent,
                  const ResolvedLink& link, const DecideRules& rules, const KeyRing& keys,
                  std::string_view host_json, Peer& peer, std::uint64_t now_ms,
                  std::string& query_json, char* out);

}  // namespace waymark::redirect
