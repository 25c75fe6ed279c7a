// Why the program's rules, or the store below them, did not let a change through. The API turns it
// into a problem, a page into a sentence.
#pragma once

#include "common/error.hpp"
#include "common/records.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>

namespace waymark::tracker {

enum class RefusalKind {
  invalid,
  code_taken,
  id_taken,
  host_in_use,
  not_found,
  unavailable,
  corrupt
};

struct Refusal {
  RefusalKind kind = RefusalKind::unavailable;
  std::string field{};    // what it is about, in the words of design 3.1
  std::string problem{};  // a half sentence: "must be an absolute http(s) URL"
};

template <class T>
using Ruled = boost::system::result<T, Refusal>;
[[noreturn]] void throw_exception_from_error(const Refusal& refusal,
                                             const boost::source_location& where);

Refusal refusal_of(const RecordProblem& problem);
// Failures of the store; conflict means that an id is taken.
Refusal refusal_of(const boost::system::error_code& store_error);

}  // namespace waymark::tracker
