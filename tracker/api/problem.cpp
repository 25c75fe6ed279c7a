#include "tracker/api/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace waymark::tracker {
namespace {

struct Row {
  ProblemCode code;
  std::string_view text;
  unsigned status;
  std::string_view title;
};

constexpr Row rows[] = {
    {ProblemCode::invalid_json, "invalid_json", 400, "This is not a JSON object"},
    {ProblemCode::unknown_parameter, "unknown_parameter", 400, "Unknown parameter"},
    {ProblemCode::invalid_cursor, "invalid_cursor", 400, "The cursor names nothing in this list"},
    {ProblemCode::unauthenticated, "unauthenticated", 401, "A valid API key is needed"},
    {ProblemCode::key_expired, "key_expired", 401, "The API key has expired"},
    {ProblemCode::insufficient_scope, "insufficient_scope", 403, "The key may not do this"},
    {ProblemCode::not_found, "not_found", 404, "Not found"},
    {ProblemCode::method_not_allowed, "method_not_allowed", 405, "Method not allowed"},
    {ProblemCode::not_acceptable, "not_acceptable", 406, "Only JSON is served"},
    {ProblemCode::idempotency_in_progress, "idempotency_in_progress", 409,
     "The first request with this key is still running"},
    {ProblemCode::code_taken, "code_taken", 409, "The code is taken"},
    {ProblemCode::id_taken, "id_taken", 409, "The id is taken"},
    {ProblemCode::host_in_use, "host_in_use", 409, "Records lead to this host"},
    {ProblemCode::body_too_large, "body_too_large", 413, "The body is too large"},
    {ProblemCode::unsupported_media_type, "unsupported_media_type", 415,
     "The body is of another media type than is taken here"},
    {ProblemCode::validation_failed, "validation_failed", 422, "A value is not acceptable"},
    {ProblemCode::idempotency_key_reused, "idempotency_key_reused", 422,
     "The key was used for another request"},
    {ProblemCode::internal_error, "internal_error", 500, "Internal error"},
    {ProblemCode::temporarily_unavailable, "temporarily_unavailable", 503,
     "Temporarily unavailable"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    if (rows[i].code != static_cast<ProblemCode>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by code");

const Row& row_of(ProblemCode code) {
  return rows[static_cast<std::size_t>(code)];
}

}  // namespace

void throw_exception_from_error(const Problem& problem, const boost::source_location&) {
  throw std::logic_error("a problem was not looked at: " + problem.detail);
}

std::string_view to_text(ProblemCode code) {
  return row_of(code).text;
}

unsigned status_of(ProblemCode code) {
  return row_of(code).status;
}

boost::json::array errors_json(const std::vector<FieldProblem>& errors) {
  boost::json::array list;
  for (const auto& error : errors) {
    list.push_back({{"pointer", error.pointer}, {"code", error.code}, {"detail", error.detail}});
  }
  return list;
}

std::string problem_json(const Problem& problem, std::string_view instance,
                         std::string_view request_id) {
  const Row& row = row_of(problem.code);
  boost::json::object object{
      {"type", std::string{"/problems/"}.append(row.text)},
      {"title", row.title},
      {"status", row.status},
      {"code", row.text},
      {"detail", problem.detail},
      {"instance", instance},
      {"request_id", request_id},
  };
  if (!problem.param.empty()) object["param"] = problem.param;
  if (!problem.errors.empty()) object["errors"] = errors_json(problem.errors);
  return boost::json::serialize(object);
}

}  // namespace waymark::tracker
