// Whether an answer would send a visitor back to where they are: the last guard against circles,
// for names of this edge that no record and no setting tells of.
#pragma once

#include "redirect/server/request.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

// What leads_back() asks of the few URLs that begin alike.
bool is_where_asked(std::string_view url, const Request& request, std::string_view path) noexcept;

// Where the host of an http or https URL begins.
inline std::size_t host_at(std::string_view url) noexcept {
  return url[4] == ':' ? 7 : 8;
}

// `url` was validated with its record. It leads back when it has the host and port that were asked
// for and lies below `path`, that of links.base_url, without a slash at its end. Without one
// nothing does: the host may be a shop's, whose proxy has the edge below a path. Nearly every
// landing page ends the question with its first letter, in either case.
inline bool leads_back(std::string_view url, const Request& request,
                       const std::optional<std::string>& path) noexcept {
  constexpr char small = 0x20;
  return path && !request.host.empty() &&
         (url[host_at(url)] | small) == (request.host.front() | small) &&
         is_where_asked(url, request, *path);
}

}  // namespace waymark::redirect
