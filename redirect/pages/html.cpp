#include "redirect/pages/html.hpp"

namespace waymark::redirect {
namespace {

// Contrast is at least 7:1 for text and 4.5:1 for what is soft, on either ground.
constexpr std::string_view style =
    ":root{color-scheme:light dark;--ink:#1b2230;--soft:#566072;--ground:#fff;--line:#d5dbe5;"
    "--link:#0b4fb3}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e9ecf2;--soft:#a8b1c1;--ground:#14171d;"
    "--line:#373e4b;--link:#8fb8ff}}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);"
    "color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif}"
    "main{box-sizing:border-box;width:100%;max-width:38rem;padding:2rem 1.5rem}"
    "h1{font-size:1.6rem;line-height:1.3;margin:0 0 .6rem}"
    "p{margin:.6rem 0}.soft,dt,h1 small{color:var(--soft)}"
    "h1 small{display:block;font-size:1.0625rem;font-weight:400}"
    "h1 bdi,dd{overflow-wrap:anywhere}"
    "dl{margin:1.2rem 0;padding:.9rem 0;border:solid var(--line);border-width:1px 0}"
    "dd{margin:0;font-family:ui-monospace,monospace;font-size:.95rem}"
    "a{color:var(--link)}";

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
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
