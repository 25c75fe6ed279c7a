#include "redirect/pages/content.hpp"

#include <fmt/format.h>

#include <cstring>

namespace waymark::redirect {
namespace {

char* put(char* out, std::string_view text) noexcept {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

}  // namespace

char* write_content_head(const ContentHead& head, std::string_view date, bool close,
                         char* out) noexcept {
  out = put(out, head.status_line);
  out = put(out, "Date: ");
  out = put(out, date);
  out = put(out, "\r\n");
  out = put(out, head.fields);
  out = put(out, head.extra);
  if (!head.language.empty()) {
    out = put(out, "Content-Language: ");
    out = put(out, head.language);
    out = put(out, "\r\n");
  }
  if (close) out = put(out, "Connection: close\r\n");
  out = put(out, "Content-Length: ");
  const fmt::format_int digits{head.bytes};
  out = put(out, {digits.data(), digits.size()});
  return put(out, "\r\n\r\n");
}

}  // namespace waymark::redirect
