// A landing page made ready for the Location header: what depends on the records alone is worked
// out once, and texts that the record or the campaign holds already are not stored again.
//
//   https://shop.example/welcome?own=1  &  utm_source=mail&  <visitor's query>  wm_click=..  #part
//   `-- head --------------------------'   `-- utm -------'                               tail -'
#pragma once

#include "common/limits.hpp"
#include "redirect/links/resolved_campaign.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

// A place in a head that is filled in for each click.
struct LandingMark {
  std::uint16_t at = 0;  // bytes of the head before it
  char kind = 0;         // `c`: {click}, `h`: {channel}

  static constexpr std::size_t bytes = 3;
};

// Views into the link and its campaign.
struct Landing {
  std::string_view text;   // as it stands in the record
  std::string_view head;   // start of the Location
  std::string_view marks;  // LandingMarks, ascending, each LandingMark::bytes
  std::string_view utm;    // the campaign's parameters that the record does not set, each with `&`
  std::string_view names;  // of the parameters that the record sets: keys, each after its length
  std::string_view tail;   // fragment with `#`, or empty
  char joint = 0;          // between head and what follows: `?`, `&`, or nothing

  LandingMark mark(std::size_t index) const noexcept;
  // `key` as parameter_key() gives it.
  bool sets(std::string_view key) const noexcept;
};

// A Landing at rest. Its texts stand in one text, one behind the other:
//
//   text | head, unless the text's beginning serves | marks | utm, if not the campaign's | names
struct PackedLanding {
  std::uint32_t at = 0;  // of the record's text
  std::uint16_t text_bytes = 0;
  std::uint16_t tail_at = 0;  // within the record's text
  std::uint16_t head_bytes = 0;
  std::uint16_t utm_bytes = 0;
  std::uint16_t names_bytes = 0;
  std::uint8_t marks = 0;
  bool own_head : 1 = false;
  bool own_utm : 1 = false;
  std::uint8_t joint : 6 = 0;

  std::size_t end() const noexcept;  // where the texts of this one end
  Landing open(const char* texts, const ResolvedCampaign& campaign) const noexcept;
};
static_assert(sizeof(PackedLanding) == 16);

// What placeholders stand for that is known before the click.
struct LinkNames {
  std::string_view code, referrer, campaign;
};

// Appends the texts to `texts`. `destination` was validated with its record. Nothing where it
// outgrows limits::filled_bytes_max once its placeholders are filled in.
std::optional<PackedLanding> pack_landing(std::string_view destination, const LinkNames& names,
                                          const ResolvedCampaign& campaign, std::string& texts);

}  // namespace waymark::redirect
