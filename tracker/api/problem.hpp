// What the API answers when it cannot do what was asked: problem details (RFC 9457). Every code,
// its status and its title stand in one table in problem.cpp. Codes are part of the API and never
// change their meaning.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/json/array.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

enum class ProblemCode {
  invalid_json,
  unknown_parameter,
  invalid_cursor,
  unauthenticated,
  key_expired,
  insufficient_scope,
  not_found,
  method_not_allowed,
  not_acceptable,
  idempotency_in_progress,
  code_taken,
  id_taken,
  host_in_use,
  body_too_large,
  unsupported_media_type,
  validation_failed,
  idempotency_key_reused,
  internal_error,
  temporarily_unavailable,
};

// One wrong member of a body: where (RFC 6901), what, and a sentence.
struct FieldProblem {
  std::string pointer;  // "/destination"
  std::string code;     // "required", "invalid", "unknown"
  std::string detail;
};

struct Problem {
  ProblemCode code = ProblemCode::internal_error;
  std::string detail{};  // a sentence for the person who reads it
  std::string param{};   // the field, query parameter or header it is about; may be empty
  std::vector<FieldProblem> errors{};
  std::string allow{};  // method_not_allowed: value of the Allow field
};

// Value or problem; value() on a problem throws, so ask first.
template <class T>
using Checked = boost::system::result<T, Problem>;
[[noreturn]] void throw_exception_from_error(const Problem& problem,
                                             const boost::source_location& where);

std::string_view to_text(ProblemCode code);
unsigned status_of(ProblemCode code);

boost::json::array errors_json(const std::vector<FieldProblem>& errors);

// The JSON text of the answer; `instance` is the path that was asked for.
std::string problem_json(const Problem& problem, std::string_view instance,
                         std::string_view request_id);

}  // namespace waymark::tracker
