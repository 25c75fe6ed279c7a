// Who is credited for what somebody did: the clicks that are offered as evidence are judged one by
// one, and at most one of them wins. Pure: what the tokens say and the store knows is gathered
// before (attribution_evidence.hpp).
//
//   1 click_id  the click that the landing page was given, with the other clicks of its visitor
//   2 token     the touches that the cookie wm_ref carries
//
// The first that yields an eligible click wins; among the clicks of its campaign the model chooses
// the first or the last. Times are those of the event, never of its arrival, so that the same
// question gets the same answer later.
#pragma once

#include "common/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::tracker {

enum class AttributionModel { first, last };
enum class EvidenceSource { click_id, token };

// What became of a candidate. Words of the API: they never change their meaning.
enum class EvidenceReason {
  eligible,  // while judging only, never in a result
  won,
  superseded_by_model,  // eligible, but the model prefers another click
  lower_rank,           // eligible, but stronger evidence decides
  expired,              // older than the campaign's window
  after_event,          // made later than what it is to be credited for
  other_campaign,
  mode_mismatch,  // a click in test mode for a real event, or the other way round
  bot,
  not_landed,      // the link was paused, ended or full: the visitor never saw the landing page
  forged,          // does not verify
  unknown,         // an id without a signature, and the store does not hold it
  awaiting_click,  // signed, and not in the store yet
};

// One click offered as evidence, or a token that yields none.
struct Candidate {
  EvidenceSource source = EvidenceSource::click_id;
  bool named = false;  // the click of click_id itself, not another one of its visitor
  EvidenceReason reason = EvidenceReason::eligible;  // set beforehand where no click is known
  Uuid click{};                                      // nil when none is known
  std::uint64_t unix_ms = 0;
  std::string code{}, link{}, campaign{}, referrer{};  // empty when unknown
  std::optional<Uuid> visitor{};
  std::string bot{}, outcome{};
  bool test = false;
  std::uint64_t window_ms = 0;  // of its campaign
};

struct AttributionQuestion {
  std::string campaign{};  // empty: whichever the evidence names
  bool test = false;
  std::uint64_t occurred_ms = 0;
  AttributionModel model = AttributionModel::last;
};

// First and last touch of one campaign, as indexes into the evidence.
struct Journey {
  std::string campaign;
  std::size_t first = 0;
  std::size_t last = 0;
  bool within_window = false;  // false: there are only touches that are too old
};

struct AttributionResult {
  std::vector<Candidate> evidence;  // as given, with their reasons
  std::optional<std::size_t> winner;
  EvidenceSource method = EvidenceSource::click_id;  // which rule the winner won by
  bool awaiting_click = false;                       // asked again later, the answer may be better
  std::vector<Journey> journeys;                     // of every campaign that people's touches name
};

// A clock of an edge may be this much ahead.
inline constexpr std::uint64_t event_slack_ms = 300'000;

// `evidence`: strongest first; of the token newest campaign first, each with first and last touch.
AttributionResult attribute(const AttributionQuestion& question, std::vector<Candidate> evidence);

std::string_view to_text(EvidenceReason reason);
std::string_view to_text(EvidenceSource source);
// A sentence for the person who wonders.
std::string_view explanation(EvidenceReason reason);

}  // namespace waymark::tracker
