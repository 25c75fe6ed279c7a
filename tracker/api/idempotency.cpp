#include "tracker/api/idempotency.hpp"

#include "tracker/api/auth.hpp"
#include "tracker/api/call.hpp"

#include <algorithm>
#include <utility>

namespace waymark::tracker {
namespace {

constexpr std::size_t key_bytes_max = 255;

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= key_bytes_max &&
         std::ranges::all_of(key, [](char c) { return c >= ' ' && c <= '~'; });
}

// What came of an earlier request with this key; nothing when this is the first.
Checked<std::optional<ApiAnswer>> replay(Store& store, const ApiRequest& request,
                                         std::string_view owner) {
  IdempotencyRow claim;
  claim.owner = owner;
  claim.key = request.idempotency_key;
  claim.request_hash = hash_of(request.method + " " + request.target + "\n" + request.body);
  claim.created_ms = request.unix_ms;
  const auto earlier = store.claim_idempotency(claim);
  if (!earlier) return problem_of(earlier.error());
  if (!*earlier) return std::optional<ApiAnswer>{};
  const IdempotencyRow& row = **earlier;
  if (row.request_hash != claim.request_hash) {
    return Problem{ProblemCode::idempotency_key_reused,
                   "This Idempotency-Key came with another request before.", "Idempotency-Key"};
  }
  if (row.status == 0) {
    return Problem{ProblemCode::idempotency_in_progress, "Try again in a moment.",
                   "Idempotency-Key"};
  }
  ApiAnswer answer;
  answer.status = static_cast<unsigned>(row.status);
  answer.body = row.body;
  answer.headers.emplace_back("Idempotent-Replayed", "true");
  return std::optional{std::move(answer)};
}

Checked<ApiAnswer> claim_and_run(Store& store, const ApiRequest& request, std::string_view owner,
                                 const std::function<Checked<ApiAnswer>()>& work) {
  if (!request.has_idempotency_key) return work();
  auto earlier = replay(store, request, owner);
  if (!earlier) return earlier.error();
  if (*earlier) return std::move(**earlier);
  auto answer = work();
  if (!answer) return answer;
  const auto kept = store.finish_idempotency(owner, request.idempotency_key,
                                             static_cast<int>(answer->status), answer->body);
  if (!kept) return problem_of(kept.error());
  return answer;
}

}  // namespace

Checked<ApiAnswer> run_once(Store& store, const ApiRequest& request, std::string_view owner,
                            const std::function<Checked<ApiAnswer>()>& work) {
  if (request.has_idempotency_key && !is_key(request.idempotency_key)) {
    return Problem{ProblemCode::validation_failed,
                   "Idempotency-Key takes 1 to 255 printable characters.", "Idempotency-Key"};
  }
  Checked<ApiAnswer> result = Problem{};
  const auto committed = store.atomically([&]() -> Result<void> {
    result = claim_and_run(store, request, owner, work);
    // Any error rolls back; the problem itself is in `result`.
    return result && !result->undo ? Result<void>{} : Result<void>{Errc::conflict};
  });
  if (result && !result->undo && !committed) return problem_of(committed.error());
  return result;
}

}  // namespace waymark::tracker
