#include "redirect/decide/click_record.hpp"

#include "common/click_line.hpp"
#include "redirect/decide/query.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace waymark::redirect {
namespace {

constexpr std::uint64_t day_ms = 86'400'000;
constexpr std::size_t punctuation_bytes = 16;  // quotes, colons and `"query":{` of one parameter

char* put(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

bool is_stored(std::string_view name, const DecideRules& rules) noexcept {
  for (std::string_view pattern : rules.stored_query) {
    if (pattern.ends_with('*')) {
      if (name.starts_with(pattern.substr(0, pattern.size() - 1))) return true;
    } else if (name == pattern) {
      return true;
    }
  }
  return false;
}

// First tag of Accept-Language, if it is one.
std::string_view first_language(std::string_view accept_language) noexcept {
  const std::string_view start = accept_language.substr(0, limits::language_bytes_max);
  std::size_t size = 0;
  for (; size < start.size() && start[size] != ',' && start[size] != ';'; ++size) {
    const char c = start[size];
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!good) return {};
  }
  return start.substr(0, size);
}

std::string_view address_hash(Peer& peer, const KeyRing& keys, std::uint64_t now_ms) {
  const std::uint64_t day = now_ms / day_ms;
  if (peer.hash_day != day) {
    peer.hash = keys.address_hash(peer.address.raw(), now_ms);
    peer.hash_day = day;
  }
  return {peer.hash.data(), peer.hash.size()};
}

}  // namespace

char* write_query_json(std::string_view query, std::string_view accept_language,
                       const DecideRules& rules, char* out) noexcept {
  char* const start = out;
  for_each_parameter(query, [&](const Parameter& parameter) {
    if (!is_stored(parameter.name, rules)) return;
    char decoded[limits::target_bytes_max];
    char escaped[6 * limits::target_bytes_max];
    char* const decoded_end = write_form_decoded(parameter.value, decoded);
    char* const name_end = write_json_escaped(parameter.name, escaped);
    char* const value_end =
        write_json_escaped({decoded, static_cast<std::size_t>(decoded_end - decoded)}, name_end);
    const std::size_t size = static_cast<std::size_t>((out - start) + (value_end - escaped));
    if (size + punctuation_bytes > limits::stored_query_bytes_max) return;
    out = put(out, out == start ? R"("query":{")" : R"(,")");
    out = put(out, {escaped, static_cast<std::size_t>(name_end - escaped)});
    out = put(out, R"(":")");
    out = put(out, {name_end, static_cast<std::size_t>(value_end - name_end)});
    *out++ = '"';
  });
  if (out != start) out = put(out, "},");
  if (const std::string_view language = first_language(accept_language); !language.empty()) {
    out = put(out, R"("lang":")");
    out = put(out, language);
    out = put(out, R"(",)");
  }
  return out;
}

char* write_click(const Decision& decision, const Request& request, const KnownAgent& agent,
                  const ResolvedLink& link, const DecideRules& rules, const KeyRing& keys,
                  std::string_view host_json, Peer& peer, std::uint64_t now_ms, char* out) {
  char query_json[query_json_bytes_max];
  char* const query_end =
      write_query_json(request.query, request.accept_language, rules, query_json);
  ClickParts parts;
  parts.id = decision.click;
  parts.unix_ms = now_ms;
  parts.code = link.code();
  parts.link = link.link_id();
  parts.campaign = link.campaign->id;
  parts.referrer = link.referrer();
  parts.destination = decision.landing.text;
  parts.rule = decision.rule;
  parts.host_json = host_json;
  parts.agent_json = agent.click_json;
  parts.query_json = {query_json, static_cast<std::size_t>(query_end - query_json)};
  parts.visitor = decision.visitor;
  parts.new_visitor = decision.new_visitor;
  parts.previous = decision.previous;
  parts.channel = decision.channel;
  parts.share = decision.share;
  parts.referring_host = decision.referring_host;
  parts.country = decision.country;
  parts.ip = peer.truncated_text();
  if (!decision.anonymous && peer.address) parts.ipk = address_hash(peer, keys, now_ms);
  parts.bot = decision.bot;
  parts.list = decision.list;
  parts.outcome = decision.outcome;
  parts.test = decision.test;
  return write_click_line(parts, out);
}

}  // namespace waymark::redirect
