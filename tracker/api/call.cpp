#include "tracker/api/call.hpp"

#include <boost/json/serialize.hpp>

namespace waymark::tracker {

Problem problem_of(const Refusal& refusal) {
  const std::string sentence = refusal.field + " " + refusal.problem + ".";
  // A place in a list, such as rules/0/destination, belongs to a member of the body.
  const std::string param = refusal.field.substr(0, refusal.field.find('/'));
  switch (refusal.kind) {
    case RefusalKind::invalid: {
      Problem problem{ProblemCode::validation_failed, sentence, param};
      problem.errors.push_back({"/" + refusal.field, "invalid", refusal.problem});
      return problem;
    }
    case RefusalKind::code_taken:
      return {ProblemCode::code_taken, sentence, param};
    case RefusalKind::id_taken:
      return {ProblemCode::id_taken, sentence, refusal.field};
    case RefusalKind::host_in_use:
      return {ProblemCode::host_in_use, sentence, refusal.field};
    case RefusalKind::not_found:
      return {ProblemCode::not_found, "There is nothing with this id."};
    case RefusalKind::corrupt:
      break;
    case RefusalKind::unavailable:
      return {ProblemCode::temporarily_unavailable, "Try again: " + refusal.problem + "."};
  }
  return {ProblemCode::internal_error, "See the log."};
}

Problem problem_of(const boost::system::error_code& store_error) {
  return problem_of(refusal_of(store_error));
}

Problem list_problem_of(const boost::system::error_code& store_error) {
  if (store_error == Errc::not_found) {
    return {ProblemCode::invalid_cursor,
            "starting_after and ending_before take the id of something in this list."};
  }
  return problem_of(store_error);
}

PageQuery page_query(const Paging& paging) {
  return {paging.limit, paging.starting_after, paging.ending_before};
}

ApiAnswer answer(unsigned status, const boost::json::object& object, std::uint64_t change) {
  ApiAnswer result;
  result.status = status;
  result.body = boost::json::serialize(object) + "\n";
  result.change = change;
  return result;
}

boost::json::value text_or_null(std::string_view text) {
  if (text.empty()) return nullptr;
  return boost::json::value(boost::json::string_view{text.data(), text.size()});
}

}  // namespace waymark::tracker
