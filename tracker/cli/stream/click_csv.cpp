#include "tracker/cli/stream/click_csv.hpp"

#include "common/click_line_fields.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace waymark::cli {
namespace {

namespace json = boost::json;

void add_cell(std::string& row, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += text;
    return;
  }
  row += '"';
  for (const char c : text) {
    if (c == '"') row += '"';
    row += c;
  }
  row += '"';
}

std::string text_of(const json::value* value) {
  if (value == nullptr) return {};
  return value->is_string() ? std::string{value->get_string()} : json::serialize(*value);
}

}  // namespace

std::string click_csv_head() {
  std::string row;
  for (const auto& key : detail::line_keys) row.append(row.empty() ? "" : ",").append(key.name);
  return row + "\n";
}

std::string click_csv_rows(std::string_view lines) {
  std::string rows;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const json::value parsed = json::parse(line);
    const json::object& click = parsed.as_object();
    bool first = true;
    for (const auto& key : detail::line_keys) {
      if (!first) rows += ',';
      first = false;
      add_cell(rows, text_of(click.if_contains(key.name)));
    }
    rows += '\n';
  }
  return rows;
}

}  // namespace waymark::cli
