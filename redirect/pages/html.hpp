// What our own pages have in common: one frame, no script, nothing loaded from anywhere.
#pragma once

#include "redirect/pages/language.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace waymark::redirect {

// Text as it may stand in an element or between quotes in an attribute. `out` must hold
// html_growth_max times the size. Returns the end.
char* write_html_escaped(std::string_view text, char* out) noexcept;
inline constexpr std::size_t html_growth_max = 6;

std::string html_escaped(std::string_view text);

// A whole document. `title` is text, `body` is markup.
std::string html_page(const Language& language, std::string_view title, std::string_view body);

// Header lines of every such page. The one picture is /favicon.ico, which browsers ask for
// themselves.
inline constexpr std::string_view html_fields =
    "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
    "Vary: Accept-Language\r\nX-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

}  // namespace waymark::redirect
