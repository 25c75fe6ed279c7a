#include "redirect/pages/card.hpp"

#include "common/limits.hpp"
#include "redirect/pages/html.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>

namespace waymark::redirect {
namespace {

constexpr std::size_t header_bytes_max = 512;

char* put(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// At most `bytes_max` of a text in UTF-8, no character torn.
std::string_view cut(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end);
}

// `start` is the tag up to the value.
char* put_meta(char* out, std::string_view start, std::string_view value) noexcept {
  if (value.empty()) return out;
  out = put(out, start);
  out = write_html_escaped(value, out);
  return put(out, "\">\n");
}

char* put_page(char* out, const Card& card) noexcept {
  const std::string_view title = cut(card.title, limits::card_title_bytes_max);
  const std::string_view description = cut(card.description, limits::card_description_bytes_max);
  out = put(out,
            "<!doctype html>\n<html prefix=\"og: https://ogp.me/ns#\"><head>"
            "<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  out = write_html_escaped(title, out);
  out = put(out, "</title>\n<meta property=\"og:type\" content=\"website\">\n");
  out = put_meta(out, "<meta property=\"og:title\" content=\"", title);
  out = put_meta(out, "<meta property=\"og:description\" content=\"", description);
  out = put_meta(out, "<meta property=\"og:image\" content=\"", card.image);
  out = put_meta(out, "<meta name=\"twitter:card\" content=\"",
                 card.image.empty() ? "summary" : "summary_large_image");
  out = put(out, "</head><body><h1>");
  out = write_html_escaped(title, out);
  out = put(out, "</h1>");
  if (!description.empty()) {
    out = put(out, "<p>");
    out = write_html_escaped(description, out);
    out = put(out, "</p>");
  }
  return put(out, "</body></html>\n");
}

char* put_header(char* out, std::string_view date, bool close, std::size_t content_bytes) noexcept {
  out = put(out, "HTTP/1.1 200 OK\r\nDate: ");
  out = put(out, date);
  // No cache may hold it: people who ask for the same link are redirected.
  out = put(out,
            "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: private, no-store\r\n"
            "X-Robots-Tag: noindex\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Security-Policy: default-src 'none'\r\n");
  if (close) out = put(out, "Connection: close\r\n");
  out = put(out, "Content-Length: ");
  const fmt::format_int digits{content_bytes};
  out = put(out, {digits.data(), digits.size()});
  return put(out, "\r\n\r\n");
}

}  // namespace

char* write_card(const Card& card, std::string_view date, bool close, bool head,
                 char* out) noexcept {
  // The header tells the length of the page: the page is written first, where it is sure not to be
  // in the header's way, and moved up.
  char* const page = out + header_bytes_max;
  const auto page_bytes = static_cast<std::size_t>(put_page(page, card) - page);
  out = put_header(out, date, close, page_bytes);
  if (head) return out;
  std::memmove(out, page, page_bytes);
  return out + page_bytes;
}

}  // namespace waymark::redirect
