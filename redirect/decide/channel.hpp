// Which way a visitor came: the link's own tag first, then a known utm_source, then the host that
// referred, then `direct` (design 3.2).
#pragma once

#include "common/limits.hpp"

#include <string_view>

namespace waymark::redirect {

// Host of a Referer, lower case; empty when there is none that can be read.
using ReferringHostBuffer = char[limits::referring_host_bytes_max];
std::string_view referring_host(std::string_view referer, ReferringHostBuffer& buffer) noexcept;

// A tag is 1 to 32 of [a-z0-9_-]; capitals are folded. Empty when `text` is none.
using TagBuffer = char[limits::channel_bytes_max];
std::string_view tag_of(std::string_view text, TagBuffer& buffer) noexcept;

// A share tag is 1 to 64 of [A-Za-z0-9_-], as it was given out. Empty when `text` is none.
std::string_view share_of(std::string_view text) noexcept;

// `c` and `utm_source` are the visitor's parameters, still encoded. The result points into
// `buffer`, into `ref`, or to a constant.
std::string_view channel_of(std::string_view c, std::string_view utm_source, std::string_view ref,
                            TagBuffer& buffer) noexcept;

}  // namespace waymark::redirect
