#include "loadtest/kit/html/markup.hpp"

#include <fmt/format.h>

namespace waymark::loadtest::html {

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string table(const std::vector<std::vector<std::string>>& rows, bool numbers) {
  std::string text =
      numbers ? "<div class=scroll><table class=numbers>" : "<div class=scroll><table>";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string_view open = r == 0 ? "<th scope=col>" : c == 0 ? "<th scope=row>" : "<td>";
      text += fmt::format("{}{}</{}>", open, escaped(rows[r][c]), open.substr(1, 2));
    }
    text += "</tr>\n";
  }
  return text + "</table></div>\n";
}

std::string folded_table(const std::vector<std::vector<std::string>>& rows) {
  return "<details><summary>As a table</summary>" + table(rows) + "</details>\n";
}

}  // namespace waymark::loadtest::html
