// The page under `/{code}+`: where a link leads, without going there. It sets no cookie, makes no
// click and loads nothing.
#pragma once

#include "redirect/decide/decide.hpp"
#include "redirect/pages/language.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

// Where `decision` sends its visitor, as far as no click is needed to know it: placeholders of the
// link and utm are filled in, what only a click knows stands as three dots. Each page of a split,
// of which a click draws one; nothing for a link that is closed and has no fallback.
std::vector<std::string> shown_destinations(const ResolvedLink& link, const Decision& decision);

// What the visitor asked for.
struct ShownPath {
  std::string_view code;
  std::string_view query{};  // without `?`
  bool slash = false;        // whether the path ended in one
};

// `decision` is that of the link's redirect for the same request, so that the page cannot name a
// place to which the redirect does not go. Its verdict is not `unknown`.
std::string destination_page(const ResolvedLink& link, const Decision& decision,
                             const ShownPath& path, const Language& language);

}  // namespace waymark::redirect
