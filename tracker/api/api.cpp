#include "tracker/api/api.hpp"

#include "common/ascii.hpp"
#include "tracker/api/idempotency.hpp"
#include "tracker/api/resources.hpp"
#include "tracker/api/router.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace waymark::tracker {
namespace {

constexpr Route routes[] = {
    {"GET", "/v1/links", "links:read", resources::list_links},
    {"POST", "/v1/links", "links:write", resources::create_link},
    {"POST", "/v1/links/batch", "links:write", resources::create_links, Media::lines},
    {"GET", "/v1/links/{id}", "links:read", resources::read_link},
    {"PATCH", "/v1/links/{id}", "links:write", resources::change_link},
    {"GET", "/v1/campaigns", "campaigns:read", resources::list_campaigns},
    {"POST", "/v1/campaigns", "campaigns:write", resources::create_campaign},
    {"GET", "/v1/campaigns/{id}", "campaigns:read", resources::read_campaign},
    {"PATCH", "/v1/campaigns/{id}", "campaigns:write", resources::change_campaign},
    {"GET", "/v1/domains", "domains:read", resources::list_domains},
    {"POST", "/v1/domains", "domains:write", resources::create_domain},
    {"GET", "/v1/domains/{host}", "domains:read", resources::read_domain},
    {"PATCH", "/v1/domains/{host}", "domains:write", resources::change_domain},
    {"DELETE", "/v1/domains/{host}", "domains:write", resources::remove_domain},
    {"GET", "/v1/clicks", "clicks:read", resources::list_clicks},
    {"GET", "/v1/clicks/export", "clicks:read", resources::export_clicks, Media::lines},
    {"GET", "/v1/clicks/stream", "clicks:read", nullptr, Media::events},
    {"GET", "/v1/clicks/{id}", "clicks:read", resources::read_click},
    {"POST", "/v1/attribution/resolve", "attribution:read", resources::resolve_attribution},
    {"GET", "/v1/dead-letters", "stream:read", resources::list_dead_letters},
    {"POST", "/v1/dead-letters/replay", "stream:write", resources::replay_dead_letters},
    {"GET", "/v1/stream", "stream:read", nullptr},
    {"DELETE", "/v1/stream/groups/{name}", "stream:write", nullptr},
    {"GET", "/v1/status", "status:read", resources::read_status},
};

std::string_view path_of(const ApiRequest& request) {
  const std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

// A POST may be a question that is too long for a query.
bool only_reads(const Route& route) {
  return route.scope.ends_with(":read");
}

std::string_view query_of(const ApiRequest& request) {
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? "" : target.substr(mark + 1);
}

// A media type without its parameters and blanks around, in lower case.
std::string media_type(std::string_view field) {
  std::string type;
  for (const char c : field.substr(0, field.find(';'))) {
    if (c == ' ' || c == '\t') continue;
    type += lower(c);
  }
  return type;
}

std::string_view type_of(Media media) {
  switch (media) {
    case Media::json:
      return "application/json";
    case Media::lines:
      return "application/x-ndjson";
    case Media::events:
      return "text/event-stream";
  }
  return "";
}

bool accepts(std::string_view accept, std::string_view wanted) {
  if (accept.empty()) return true;
  for (std::string_view rest = accept; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto type = media_type(rest.substr(0, comma));
    const auto family = std::string{wanted.substr(0, wanted.find('/') + 1)} + "*";
    if (type == "*/*" || type == family || type == wanted) return true;
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return false;
}

std::optional<Problem> body_problem(const ApiRequest& request, Media media) {
  const auto bytes_max = media == Media::lines ? Api::batch_bytes_max : Api::body_bytes_max;
  if (request.body.size() > bytes_max) {
    return Problem{ProblemCode::body_too_large,
                   fmt::format("A body has at most {} bytes.", bytes_max)};
  }
  if (media_type(request.content_type) != type_of(media)) {
    return Problem{ProblemCode::unsupported_media_type,
                   fmt::format("Send Content-Type: {}.", type_of(media)), "Content-Type"};
  }
  return std::nullopt;
}

Checked<ApiAnswer> dispatch(Store& store, const ApiRequest& request, const ProgramRules& rules,
                            std::string_view bootstrap_hash, const KeyRing* keys) {
  auto match = match_route(routes, request.method, path_of(request));
  if (!match) return match.error();
  const Media media = match->route->media;
  if (!accepts(request.accept, type_of(media))) {
    return Problem{ProblemCode::not_acceptable, fmt::format("Answers are {}.", type_of(media)),
                   "Accept"};
  }
  const auto caller = authenticate(store, request.authorization, bootstrap_hash, request.unix_ms);
  if (!caller) return caller.error();
  const auto scope = match->route->scope;
  if (!caller->may(scope)) {
    return Problem{ProblemCode::insufficient_scope, fmt::format("This needs the scope {}.", scope)};
  }
  if (match->route->handler == nullptr) {
    ApiAnswer allowed;
    allowed.of_desk = true;
    return allowed;
  }
  const Call call{store, rules, keys, request, path_of(request), query_of(request), match->id};
  if (request.method == "GET") {
    auto read = match->route->handler(call);
    if (read) read->content_type = type_of(media);
    return read;
  }
  if (request.method != "DELETE") {
    if (auto problem = body_problem(request, media)) return *problem;
  }
  if (media == Media::json) {
    if (auto problem = Query{call.query}.finish()) return *problem;
  }
  if (only_reads(*match->route)) return match->route->handler(call);
  auto answer =
      run_once(store, request, caller->key_id, [&] { return match->route->handler(call); });
  if (answer) answer->content_type = type_of(media);
  return answer;
}

}  // namespace

Api::Api(ProgramRules rules, std::string_view bootstrap_key, std::shared_ptr<const KeyRing> keys)
    : rules_(std::move(rules)),
      bootstrap_hash_(bootstrap_key.empty() ? "" : hash_of(bootstrap_key)),
      keys_(std::move(keys)) {}

ApiAnswer Api::handle(Store& store, const ApiRequest& request) const {
  const auto ring = keys();
  auto result = dispatch(store, request, rules_, bootstrap_hash_, ring.get());
  return result ? std::move(*result) : problem_answer(result.error(), request);
}

bool Api::needs_writer(const ApiRequest& request) {
  if (request.method == "GET") return false;
  const auto match = match_route(routes, request.method, path_of(request));
  return match && match->route->handler != nullptr && !only_reads(*match->route);
}

bool Api::is_bulk(const ApiRequest& request) {
  const auto match = match_route(routes, request.method, path_of(request));
  return match && match->route->media == Media::lines;
}

void Api::replace_keys(std::shared_ptr<const KeyRing> keys) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

std::shared_ptr<const KeyRing> Api::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

ApiAnswer Api::problem_answer(const Problem& problem, const ApiRequest& request) {
  ApiAnswer answer;
  answer.status = status_of(problem.code);
  answer.content_type = "application/problem+json";
  answer.body = problem_json(problem, path_of(request), request.id) + "\n";
  if (!problem.allow.empty()) answer.headers.emplace_back("Allow", problem.allow);
  if (answer.status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (answer.status == 503) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace waymark::tracker
