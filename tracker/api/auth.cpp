#include "tracker/api/auth.hpp"

#include "common/ascii.hpp"
#include "common/hmac.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace waymark::tracker {
namespace {

constexpr std::string_view scheme = "Bearer ";

Problem unauthenticated(std::string detail) {
  return Problem{ProblemCode::unauthenticated, std::move(detail), "Authorization"};
}

}  // namespace

bool Caller::may(std::string_view scope) const {
  if (owner) return true;
  const auto colon = scope.find(':');
  const std::string writing = std::string{scope.substr(0, colon)}.append(":write");
  for (std::string_view rest = scopes; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto held = rest.substr(0, comma);
    if (held == scope || held == writing) return true;
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
  }
  return false;
}

std::string hash_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  const std::string copy{text};
  SHA256(reinterpret_cast<const unsigned char*>(copy.data()), copy.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

Checked<Caller> authenticate(Store& store, std::string_view authorization,
                             std::string_view bootstrap_hash, std::uint64_t now_ms) {
  if (authorization.empty()) {
    return unauthenticated("Send the header Authorization: Bearer sk_...");
  }
  if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
    return unauthenticated("The Authorization header must have the form: Bearer sk_...");
  }
  const std::string hash = hash_of(authorization.substr(scheme.size()));
  if (!bootstrap_hash.empty() && equal_constant_time(hash, bootstrap_hash)) {
    return Caller{"key_bootstrap", true, ""};
  }
  const auto row = store.api_key_by_hash(hash);
  if (!row && row.error() == Errc::not_found) return unauthenticated("This API key is not known.");
  if (!row) return Problem{ProblemCode::temporarily_unavailable, "The store cannot be read now."};
  if (row->expires_ms && *row->expires_ms <= now_ms) {
    return Problem{ProblemCode::key_expired, "This API key has expired.", "Authorization"};
  }
  return Caller{row->id, row->kind == "secret" && row->scopes.empty(), row->scopes};
}

}  // namespace waymark::tracker
