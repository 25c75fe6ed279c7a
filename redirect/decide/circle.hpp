// Whether an answer would send a visitor back to where they are: the last guard against circles,
// for names of this edge that no record and no setting tells of.
#pragma once

#include "redirect/server/request.hpp"

#include <string_view>

namespace waymark::redirect {

// `url` was validated with its record. It leads back when it has the host and port that were asked
// for and lies below `path`, that of links.base_url, without a slash at its end.
bool leads_back(std::string_view url, const Request& request, std::string_view path) noexcept;

}  // namespace waymark::redirect
