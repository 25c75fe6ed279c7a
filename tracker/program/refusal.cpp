#include "tracker/program/refusal.hpp"

#include <stdexcept>

namespace waymark::tracker {

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::logic_error("a refusal was not looked at: " + refusal.field + " " + refusal.problem);
}

Refusal refusal_of(const RecordProblem& problem) {
  return {RefusalKind::invalid, problem.field, problem.problem};
}

Refusal refusal_of(const boost::system::error_code& store_error) {
  if (store_error == Errc::not_found) return {RefusalKind::not_found, "id", "names nothing here"};
  if (store_error == Errc::conflict) return {RefusalKind::id_taken, "id", "is taken"};
  if (store_error == Errc::store_corrupt) {
    return {RefusalKind::corrupt, "", store_error.message()};
  }
  return {RefusalKind::unavailable, "", store_error.message()};
}

}  // namespace waymark::tracker
