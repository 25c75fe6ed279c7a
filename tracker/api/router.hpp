// From method and path to a row of a route table. Patterns are paths whose last segment may be a
// name in braces: "/v1/links/{id}".
#pragma once

#include "tracker/api/problem.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct RoutePattern {
  std::string_view method;
  std::string_view path;
};

struct RouteMatch {
  std::size_t index = 0;  // into the table
  std::string id;         // the decoded last segment where the pattern names one
};

// Fails with not_found, or with method_not_allowed naming the methods there are.
Checked<RouteMatch> match_route(std::span<const RoutePattern> routes, std::string_view method,
                                std::string_view path);

}  // namespace waymark::tracker
