// A landing page made ready for the Location header: what depends on the records alone is worked
// out once, and texts that the record or the campaign holds already are not stored again.
//
//   https://shop.example/welcome?own=1  &  utm_source=mail&  <visitor's query>  wm_click=..  #part
//   `-- head --------------------------'   `-- utm -------'                                  `-tail
#pragma once

#include "redirect/links/resolved_campaign.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::redirect {

// Views into the link and its campaign.
struct Landing {
  // What stands in a head that is filled in for each click.
  static constexpr char click_mark = '\x01';    // {click}
  static constexpr char channel_mark = '\x02';  // {channel}

  std::string_view text;       // as it stands in the record
  std::string_view head;       // start of the Location
  std::string_view own_query;  // parameters that the record itself sets, as they stand there
  std::string_view utm;        // the campaign's that the record does not set; each ended by `&`
  std::string_view tail;       // fragment with `#`, or empty
  char joint = 0;              // between head and what follows: `?`, `&`, or nothing
  bool has_marks = false;      // of a head
  bool encoded_names = false;  // names in own_query are to be decoded before they are compared
};

// A Landing at rest. All its texts stand in one text, one behind the other.
struct PackedLanding {
  std::uint32_t at = 0;          // of the record's text
  std::uint16_t text_bytes = 0;  //
  std::uint16_t query_at = 0;    // within it; where there is no query, its end
  std::uint16_t tail_at = 0;     // within it
  std::uint16_t head_bytes = 0;  // 0: the record's text serves as it is
  std::uint16_t utm_bytes = 0;
  char joint = 0;
  bool own_utm : 1 = false;  // some of the campaign's parameters are left out
  bool has_marks : 1 = false;
  bool encoded_names : 1 = false;

  Landing open(const char* texts, const ResolvedCampaign& campaign) const noexcept;
};
static_assert(sizeof(PackedLanding) == 16);

// What placeholders stand for that is known before the click.
struct LinkNames {
  std::string_view code, referrer, campaign;
};

// Appends the texts to `texts`. `destination` was validated with its record.
PackedLanding pack_landing(std::string_view destination, const LinkNames& names,
                           const ResolvedCampaign& campaign, std::string& texts);

// Bytes of the Location without the visitor's query and `wm_click`, at most.
std::size_t location_bytes(const Landing& landing) noexcept;

}  // namespace waymark::redirect
