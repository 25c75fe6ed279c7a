// A decision as a click line. Writes straight into the journal's memory.
#pragma once

#include "redirect/decide/decide.hpp"
#include "redirect/decide/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace waymark::redirect {

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
