// Idempotency-Key on POST: the same request again gets the first answer again, whatever happened to
// the connection. The key, the effect and the answer are one transaction, so that no crash leaves
// one without the others.
#pragma once

#include "tracker/api/problem.hpp"
#include "tracker/api/request.hpp"
#include "tracker/store/store.hpp"

#include <chrono>
#include <functional>
#include <string_view>

namespace waymark::tracker {

inline constexpr std::chrono::hours idempotency_life{24};

// Runs `work` in a transaction that is rolled back when it ends in a problem or asks to be undone.
// With an Idempotency-Key on the request, at most once for each key of `owner`.
Checked<ApiAnswer> run_once(Store& store, const ApiRequest& request, std::string_view owner,
                            const std::function<Checked<ApiAnswer>()>& work);

}  // namespace waymark::tracker
