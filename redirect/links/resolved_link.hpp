// A link made ready for the request path: everything that depends on the records alone is computed
// once, when they come from Redis. Immutable and shared by all threads of the process.
#pragma once

#include "common/limits.hpp"
#include "common/records.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

inline constexpr std::size_t location_bytes_max = 2 * limits::destination_bytes_max;

struct ResolvedCampaign {
  std::string id;
  CampaignRecord record;
  bool known = true;  // false: the link names a campaign without a record, which works by defaults
  std::uint64_t window_seconds = 0;
  // Set when Redis says that the record changed: links that carry this one are due for refresh.
  std::atomic<bool> outdated{false};
};

// The landing page in pieces; what stands between them is filled in for each click.
//
//   https://shop.example/welcome?utm_source=mail&   <visitor's query>  wm_click=<token>  #fragment
//   `-- pieces: texts and placeholders ----------´                                       `-- tail
struct Destination {
  enum class Slot : std::uint8_t { none, click, channel };
  struct Piece {
    std::string text;        // as it stands in the Location
    Slot slot = Slot::none;  // what follows the text
  };
  std::vector<Piece> pieces;       // path and the firm's query, ending with `?` or `&`
  std::string tail;                // fragment with `#`, or empty
  std::vector<std::string> names;  // parameters that the firm sets; the visitor's do not pass
};

struct ResolvedLink {
  std::string code;
  LinkRecord record;
  std::shared_ptr<const ResolvedCampaign> campaign;  // never null; id is empty without a campaign
  Destination destination;
  std::string click_json;  // members of the click line: code, link, campaign, referrer, destination
  std::string_view status_line;  // "HTTP/1.1 302 Found\r\n"
  std::string fallback;          // where a visitor goes who comes at the wrong time; empty: 410
  bool test = false;             // the link's own mode or its campaign's

  // Memory this takes, for the cache's budget.
  std::size_t bytes() const noexcept;
};

// `campaign` must not be null. Both records were validated when they were parsed. Null when the
// Location would outgrow location_bytes_max once placeholders and utm are filled in.
std::shared_ptr<const ResolvedLink> resolve_link(std::string code, LinkRecord link,
                                                 std::shared_ptr<const ResolvedCampaign> campaign);

std::shared_ptr<ResolvedCampaign> resolve_campaign(std::string id, CampaignRecord record,
                                                   bool known);

}  // namespace waymark::redirect
