#include "redirect/pages/html.hpp"

#include <algorithm>

namespace waymark::redirect {
namespace {

// Contrast is at least 7:1 on either ground. Lines break where readers of the language expect it,
// and anywhere in what is too long for one, such as addresses. The button's border shows where a
// system takes away colours.
constexpr std::string_view style =
    ":root{color-scheme:light dark;--ink:#1b2230;--soft:#4a5466;--ground:#fff;--line:#d5dbe5;"
    "--link:#0b4fb3}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e9ecf2;--soft:#b4bccb;--ground:#14171d;"
    "--line:#373e4b;--link:#8fb8ff}}"
    "body{margin:0;min-height:100vh;min-height:100svh;display:grid;place-items:center;"
    "background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif;"
    "overflow-wrap:anywhere}"
    ":lang(ko){word-break:keep-all}:lang(ja){word-break:auto-phrase}"
    "main{box-sizing:border-box;width:100%;max-width:38rem;padding:2rem 1.5rem}"
    "h1{font-size:1.6rem;line-height:1.3;margin:0 0 .6rem;text-wrap:balance}"
    "p{margin:.6rem 0;text-wrap:pretty}.soft,dt,h1 small{color:var(--soft)}"
    "h1 small{display:block;font-size:1.0625rem;font-weight:400}"
    "dl{margin:1.2rem 0;padding:.9rem 0;border:solid var(--line);border-width:1px 0}"
    "dd{margin:0;font-family:ui-monospace,monospace;font-size:.95rem}"
    "a{display:inline-block;margin-top:.5rem;padding:.6rem 1.4rem;border:2px solid transparent;"
    "border-radius:.5rem;background:var(--link);color:var(--ground);font-weight:600;"
    "text-decoration:none}"
    "a:hover{text-decoration:underline}"
    "a:focus-visible{outline:3px solid var(--ink);outline-offset:3px}";

std::string_view escape_of(char c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

char* write_html_escaped(std::string_view text, char* out) noexcept {
  for (const char c : text) {
    const std::string_view escape = escape_of(c);
    if (escape.empty()) {
      *out++ = c;
    } else {
      out = std::ranges::copy(escape, out).out;
    }
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string escaped(html_growth_max * text.size(), '\0');
  escaped.resize(
      static_cast<std::size_t>(write_html_escaped(text, escaped.data()) - escaped.data()));
  return escaped;
}

std::string html_page(const Language& language, std::string_view title, std::string_view body) {
  std::string page = "<!doctype html>\n<html lang=\"";
  page.append(language.tag()).append(language.right_to_left ? "\" dir=\"rtl\">" : "\">");
  page.append(
      "<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">"
      "<title>");
  page.append(html_escaped(title)).append("</title><style>").append(style);
  page.append("</style></head>\n<body><main>").append(body).append("</main></body></html>\n");
  return page;
}

}  // namespace waymark::redirect
