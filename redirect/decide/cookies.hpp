// Walks the cookies of one name without copying. A browser may send several of them, the oldest
// first: of a host and of the domain above it, of different paths.
#pragma once

#include "redirect/server/request.hpp"

#include <cstddef>
#include <string_view>

namespace waymark::redirect {

// Calls `visit` with each value as it stands in the Cookie lines, until it returns false.
template <class Visit>
void for_each_cookie(const Request& request, std::string_view name, Visit&& visit) {
  for (std::size_t line = 0; line < request.cookie_count; ++line) {
    std::string_view rest = request.cookies[line];
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      std::string_view pair = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name)) {
        if (!visit(pair.substr(name.size() + 1))) return;
      }
    }
  }
}

}  // namespace waymark::redirect
