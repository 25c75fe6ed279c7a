// Gathers what speaks for an attribution (attribution.hpp): verifies the tokens, and asks the store
// for the clicks and links that they name. A click that is not stored yet is no error: the cookie's
// touches hold campaign, id and code, which is enough.
#pragma once

#include "common/keys.hpp"
#include "tracker/program/attribution.hpp"
#include "tracker/store/store.hpp"

#include <string>
#include <vector>

namespace waymark::tracker {

struct OfferedEvidence {
  std::string click_id{};  // the 32 characters of wm_click, or the UUID of a stored click
  std::string token{};     // value of the cookie wm_ref
};

// Other clicks of the visitor that are looked at: the newest.
inline constexpr std::size_t visitor_clicks_max = 200;

// Strongest first, as attribute() wants them. Fails only as the store does.
Result<std::vector<Candidate>> gather_evidence(Store& store, const KeyRing& keys,
                                               const OfferedEvidence& offered);

}  // namespace waymark::tracker
