// What becomes of one request for a known link: where the visitor goes, what is remembered of them,
// and how the click is classed. A pure function: request, link, time and randomness in, decision
// out; no I/O, no clock, no allocation. The answer and the click line are written from the decision
// alone (answer.hpp, click_record.hpp).
#pragma once

#include "common/token.hpp"
#include "common/uuid.hpp"
#include "redirect/decide/channel.hpp"
#include "redirect/decide/user_agent.hpp"
#include "redirect/links/resolved_link.hpp"
#include "redirect/server/request.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

// What an operator decides for all links.
struct DecideRules {
  bool secure_cookies = true;  // cookies.secure
  std::string consent;         // cookies.consent: the banner's cookie (consent.hpp)
  std::vector<std::string> stored_query{"utm_*", "sub1", "sub2", "sub3"};  // query.store
  // Of links.base_url, without a slash at the end; none without that setting.
  std::optional<std::string> links_path{};
};

inline constexpr std::uint64_t visitor_seconds = 60 * 86'400;  // cookie life without a campaign

enum class Verdict : std::uint8_t {
  land,     // to the landing page, with token
  card,     // preview agents see what the link says of itself
  divert,   // to the fallback, without cookie and token
  gone,     // 410
  unknown,  // 404: the campaign is a draft
  circle,   // 404: the landing page is at the address that was asked for
};

// Memory that a decision's views point into. One per thread; reused for every request.
struct DecideScratch {
  std::array<AttributionBuffer, 2> cookies;  // the best so far, and the one that is looked at
  ReferringHostBuffer referring_host;
  TagBuffer channel;
};

// What is known about a visit beside the request and its link.
struct Surroundings {
  std::string_view country;          // of the peer, two capitals; empty: unknown
  std::string_view domain_fallback;  // of the host that was asked; may be empty
};

struct Decision {
  Verdict verdict = Verdict::land;
  Landing landing;                    // the page chosen, also where the visitor does not get there
  std::optional<std::uint32_t> rule;  // its number among the pages of the link's rules, if of them
  std::string_view fallback;          // where a diverted visitor goes: link over campaign over host
  Uuid click;
  std::string_view bot;      // class of 3.2; empty for people
  std::string_view list;     // version of the list that says so; what a request says is no list's
  std::string_view outcome;  // empty for a redirect to the landing page
  bool test = false;
  bool anonymous = false;  // consent is missing: no visitor id, no ipk

  std::optional<Uuid> visitor;
  bool new_visitor = false;
  std::optional<Uuid> previous;

  bool set_cookie = false;
  Attribution attribution;  // what the cookie carries
  std::uint64_t cookie_seconds = 0;

  std::string_view channel;
  std::string_view share;
  std::string_view referring_host;
  std::string_view country;
};

// `now_ms` is unix milliseconds. `ids` is the randomness. The result's views point into `request`,
// `link`, `scratch`, `around` and constants.
Decision decide(const Request& request, const Agent& agent, const ResolvedLink& link,
                const DecideRules& rules, const KeyRing& keys, std::uint64_t now_ms,
                Uuid7Generator& ids, DecideScratch& scratch,
                const Surroundings& around = {}) noexcept;

// Why a visitor of the link is not sent to its landing page at `now` (unix seconds): an `outcome`
// of design 3.4. Empty: it is open.
std::string_view outcome_of(const ResolvedLink& link, std::int64_t now) noexcept;

}  // namespace waymark::redirect
