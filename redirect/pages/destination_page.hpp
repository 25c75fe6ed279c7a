// The page under `/{code}+`: where a link leads, without going there. It sets no cookie, makes no
// click and loads nothing.
#pragma once

#include "redirect/links/resolved_link.hpp"
#include "redirect/pages/language.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace waymark::redirect {

// The landing page as far as the records tell it: placeholders of the link and utm filled in; what
// only a click knows stands as three dots.
std::string shown_destination(const ResolvedLink& link);

// What the visitor asked for, as it is followed: `/anna7?c=mail`.
struct ShownPath {
  std::string_view code;
  std::string_view query{};  // without `?`
};

// `now` is unix seconds.
std::string destination_page(const ResolvedLink& link, const ShownPath& path,
                             const Language& language, std::int64_t now);

}  // namespace waymark::redirect
