#include "tracker/program/targets.hpp"

#include <algorithm>

namespace waymark::tracker {
namespace {

// The parts of an http(s) URL without user info by which addresses are compared.
struct Place {
  std::string host;       // lower case, without the dot of the root
  std::string_view port;  // empty when it is the scheme's own
  std::string_view path;  // with query and fragment
};

std::string normal(std::string_view host) {
  std::string result{host};
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  if (result.ends_with('.')) result.pop_back();
  return result;
}

Place place_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto rest = url.substr(scheme_end + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto literal_end = authority.find(']');  // colons before it belong to an IPv6 literal
  const auto colon = authority.find(':', literal_end == std::string_view::npos ? 0 : literal_end);
  Place place{normal(authority.substr(0, colon)), {}, rest.substr(authority.size())};
  if (colon != std::string_view::npos) place.port = authority.substr(colon + 1);
  // "http" in any case has four letters, "https" five.
  if (place.port == (scheme_end == 4 ? "80" : "443")) place.port = {};
  return place;
}

bool is_below(const Place& place, const Place& base) {
  if (place.host != base.host || place.port != base.port) return false;
  if (!place.path.starts_with(base.path)) return false;
  const auto rest = place.path.substr(base.path.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

}  // namespace

std::string host_of(std::string_view url) {
  return place_of(url).host;
}

Ruled<void> check_target(Store& store, const ProgramRules& rules, std::string_view field,
                         std::string_view url) {
  if (url.empty()) return {};
  const DestinationPolicy policy{.own_hosts = {}, .allow = rules.destinations_allow};
  if (const auto allowed = check_destination(url, policy); !allowed) {
    return Refusal{RefusalKind::invalid, std::string{field}, allowed.error().problem};
  }
  const Place place = place_of(url);
  if (is_below(place, place_of(rules.base_url))) {
    return Refusal{RefusalKind::invalid, std::string{field},
                   "leads to short links (setting links.base_url)"};
  }
  const auto own = store.domain(place.host);
  if (own) {
    return Refusal{RefusalKind::invalid, std::string{field}, "leads to a domain of short links"};
  }
  if (own.error() != Errc::not_found) return refusal_of(own.error());
  return {};
}

}  // namespace waymark::tracker
