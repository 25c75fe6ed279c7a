#include "tracker/program/hosts.hpp"

#include "common/ascii.hpp"
#include "common/limits.hpp"
#include "common/records.hpp"

#include <fmt/format.h>


namespace waymark::tracker {

std::optional<std::string> normalize_host(std::string_view host) {
  std::string name = lowered(host);
  if (name.ends_with('.')) name.pop_back();  // the root, which Host headers leave out
  if (name.size() > limits::host_bytes_max) return std::nullopt;
  const std::string url = fmt::format("https://{}/", name);
  if (!check_destination(url, {}) || host_of(url) != name) return std::nullopt;
  // A destination may have such labels; nobody can register them (RFC 1123 section 2.1).
  const std::string labels = fmt::format(".{}.", name);
  if (labels.find(".-") != std::string::npos || labels.find("-.") != std::string::npos) {
    return std::nullopt;
  }
  return name;
}

namespace {

// For "https://go.example/", "go.example:8080" and the like.
std::string suggestion_for(std::string_view text) {
  const bool is_url = text.find("://") != std::string_view::npos;
  const std::string url = fmt::format("{}{}", is_url ? "" : "https://", text);
  const auto host = check_destination(url, {}) ? normalize_host(host_of(url)) : std::nullopt;
  return host ? fmt::format(", though {} is", *host) : "";
}

}  // namespace

Ruled<std::string> checked_host(std::string_view host) {
  constexpr std::size_t shown_max = 64;
  if (auto name = normalize_host(host)) return std::move(*name);
  return Refusal{RefusalKind::invalid, "host",
                 fmt::format("must be a host name such as go.example.org, without a port, other "
                             "letters than a-z as xn--..., and '{}' is none{}",
                             host.substr(0, shown_max), suggestion_for(host))};
}

}  // namespace waymark::tracker
