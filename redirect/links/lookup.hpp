// The answer to the question "what does this code of this host lead to?", as it travels from the
// process-wide LinkSource to the caches of the threads.
#pragma once

#include "common/records.hpp"
#include "redirect/links/resolved_link.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace waymark::redirect {

struct LookupKey {
  std::string host;
  std::string code;  // empty: only the record of the host is asked for

  std::string name() const { return host + '/' + code; }
  friend auto operator<=>(const LookupKey&, const LookupKey&) = default;
};
inline bool asks_for_host(const LookupKey& key) noexcept {
  return key.code.empty();
}

// Why a key is asked for: it decides whether the budget for unknown codes is charged.
enum class Asking : std::uint8_t {
  unheard,      // nothing is known of the code: charged when it turns out to be unknown
  other_host,   // the code is known, this host's own record is not: always charged (rule 16)
  known_again,  // what is known has grown old or has changed: never charged
};

enum class LookupStatus : std::uint8_t {
  answered,     // Redis said what there is
  unavailable,  // Redis is away, late, or has lost its data: nothing is known
  unconfirmed,  // Redis does not hold it any more; what is known is good until the origin answers
  over_budget,  // too many unknown codes are being asked for
};

struct LookupResult {
  LookupStatus status = LookupStatus::unavailable;
  // Records bound to the host and for any host; null where there is none that can be used. The
  // bound one wins.
  std::shared_ptr<const ResolvedLink> bound{};
  std::shared_ptr<const ResolvedLink> any{};
  // The record of the host; null when it has none.
  std::shared_ptr<const DomainRecord> domain{};
  std::uint64_t age_ms =
      0;                  // of the oldest part of the answer: a campaign may be known for a while
  bool outdated = false;  // something changed while it was on its way, again and again
};

}  // namespace waymark::redirect
