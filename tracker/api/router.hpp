// From method and path to a row of a route table. Patterns are paths whose last segment may be a
// name in braces: "/v1/links/{id}".
#pragma once

#include "tracker/api/problem.hpp"
#include "tracker/api/request.hpp"

#include <span>
#include <string>
#include <string_view>

namespace waymark::tracker {

struct Call;

// What a route takes and answers with. lines: one JSON object each (NDJSON); events: server-sent.
enum class Media { json, lines, events };

struct Route {
  std::string_view method;
  std::string_view path;
  std::string_view scope;                      // "links:write": what a restricted key must hold
  Checked<ApiAnswer> (*handler)(const Call&);  // null: the StreamDesk answers
  Media media = Media::json;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::string id;  // the decoded last segment where the pattern names one
};

// Fails with not_found, or with method_not_allowed naming the methods there are.
Checked<RouteMatch> match_route(std::span<const Route> routes, std::string_view method,
                                std::string_view path);

}  // namespace waymark::tracker
