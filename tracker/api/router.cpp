#include "tracker/api/router.hpp"

#include <boost/url/pct_string_view.hpp>

#include <optional>
#include <utility>

namespace waymark::tracker {
namespace {

// The decoded last segment; empty text where the pattern has none; nothing when the path differs.
std::optional<std::string> match_path(std::string_view pattern, std::string_view path) {
  const auto brace = pattern.find('{');
  if (brace == std::string_view::npos) {
    return pattern == path ? std::optional{std::string{}} : std::nullopt;
  }
  if (!path.starts_with(pattern.substr(0, brace))) return std::nullopt;
  const auto segment = path.substr(brace);
  if (segment.empty() || segment.find('/') != std::string_view::npos) return std::nullopt;
  const auto encoded = boost::urls::make_pct_string_view(segment);
  if (!encoded) return std::nullopt;
  return encoded->decode();
}

}  // namespace

Checked<RouteMatch> match_route(std::span<const Route> routes, std::string_view method,
                                std::string_view path) {
  std::string allow;
  for (const auto& route : routes) {
    auto id = match_path(route.path, path);
    if (!id) continue;
    if (route.method == method) return RouteMatch{&route, std::move(*id)};
    if (!allow.empty()) allow += ", ";
    allow += route.method;
    if (route.method == "GET") allow += ", HEAD";
  }
  if (allow.empty()) {
    return Problem{ProblemCode::not_found, "There is nothing at this path.", ""};
  }
  Problem problem{ProblemCode::method_not_allowed,
                  "This path takes " + allow + ", not " + std::string{method} + ".", ""};
  problem.allow = std::move(allow);
  return problem;
}

}  // namespace waymark::tracker
