#include "tracker/store/postgres/clean_text.hpp"

#include "common/utf8.hpp"

namespace waymark::tracker::postgres {

bool is_clean(std::string_view text) noexcept {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

std::string cleaned(std::string_view text) {
  std::string out;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const std::size_t bytes = *at == '\0' ? 0 : utf8_sequence_bytes(at, end);
    if (bytes > 0) {
      out.append(at, bytes);
      at += bytes;
    } else {
      out += "\xef\xbf\xbd";
      ++at;
    }
  }
  return out;
}

}  // namespace waymark::tracker::postgres
