// The page that preview agents get instead of a redirect: what a messenger shows of a link (Open
// Graph). Written straight into the answer, without allocation.
#pragma once

#include <string_view>

namespace waymark::redirect {

// What a link says of itself. `title` is not empty; the others may be. `image` is a URL as records
// have it.
struct Card {
  std::string_view title, description, image;
};

// 200 with the page, or its header alone for `head`; at most limits::card_bytes_max. Title and
// description are cut to limits::card_title_bytes_max and card_description_bytes_max. `close` adds
// `Connection: close`. Returns the end.
//
// There is no og:url: Facebook would ask and share that address instead of the one it was given,
// which may belong to another host and carries channel and share tag.
char* write_card(const Card& card, std::string_view date, bool close, bool head,
                 char* out) noexcept;

}  // namespace waymark::redirect
