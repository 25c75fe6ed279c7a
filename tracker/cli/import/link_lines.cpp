#include "tracker/cli/import/link_lines.hpp"

#include "common/error.hpp"
#include "common/settings/nearest_name.hpp"
#include "tracker/cli/import/bounded_line.hpp"
#include "tracker/cli/terminal.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace waymark::cli {
namespace {

namespace json = boost::json;

enum class Kind { text, number, flag, list };

struct Column {
  std::string_view name;
  Kind kind;
};

constexpr Column known_columns[] = {{"destination", Kind::text},    {"code", Kind::text},
                                    {"host", Kind::text},           {"id", Kind::text},
                                    {"campaign", Kind::text},       {"referrer", Kind::text},
                                    {"status", Kind::text},         {"starts_at", Kind::text},
                                    {"expires_at", Kind::text},   {"expired_url", Kind::text},
                                    {"max_clicks", Kind::number},   {"rules", Kind::list},
                                    {"status_code", Kind::number},  {"query", Kind::text},
                                    {"title", Kind::text},          {"description", Kind::text},
                                    {"image", Kind::text},          {"test", Kind::flag},
                                    {"idempotency_key", Kind::text}};

constexpr std::size_t column_shown_max = 64;

const Column* find_column(std::string_view name) {
  const auto* found = std::ranges::find(known_columns, name, &Column::name);
  return found == std::end(known_columns) ? nullptr : found;
}

StartupError unknown_column(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& column : known_columns) known.emplace_back(column.name);
  return {exit_code::usage,
          fmt::format("line 1: unknown column '{}'{}; a CSV file begins with the names of its "
                      "columns: destination and any of {}",
                      printable(name.substr(0, column_shown_max)), did_you_mean(name, known),
                      fmt::join(known.begin() + 1, known.end(), ", "))};
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional{number} : std::nullopt;
}

// The cell as the API takes it. What does not fit goes as a text: the API says what is wrong.
json::value value_of(Kind kind, const std::string& cell) {
  if (kind == Kind::number) {
    if (const auto number = whole(cell)) return *number;
  }
  if (kind == Kind::flag && (cell == "1" || cell == "true")) return true;
  if (kind == Kind::flag && (cell == "0" || cell == "false")) return false;
  if (kind == Kind::list) {
    boost::system::error_code error;
    auto list = json::parse(cell, error);
    if (!error) return list;
  }
  return json::value(cell);
}

void skip_byte_order_mark(std::istream& in) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (in.peek() == 0xff || in.peek() == 0xfe) {
    throw StartupError(exit_code::usage, "line 1: begins like UTF-16; save the file as UTF-8");
  }
  if (in.peek() != static_cast<unsigned char>(mark[0])) return;
  char first[3] = {};
  in.read(first, sizeof first);
  if (in && std::string_view{first, sizeof first} == mark) return;
  throw StartupError(exit_code::usage, "line 1: begins with bytes that are no UTF-8");
}

}  // namespace

LinkLines::LinkLines(std::istream& in, std::optional<ImportFormat> format, std::string campaign)
    : in_(in), campaign_(std::move(campaign)) {
  skip_byte_order_mark(in_);
  format_ = format.value_or(in_.peek() == '{' ? ImportFormat::ndjson : ImportFormat::csv);
  if (format_ == ImportFormat::csv) read_header();
}

void LinkLines::read_header() {
  const auto header = csv_.next();
  if (!header) return;  // an empty file holds no links
  if (!header->problem.empty()) {
    throw StartupError(exit_code::usage, fmt::format("line 1: {}", header->problem));
  }
  for (const auto& name : header->cells) {
    if (find_column(name) == nullptr) throw unknown_column(name);
    if (std::ranges::find(columns_, name) != columns_.end()) {
      throw StartupError(exit_code::usage, fmt::format("line 1: column '{}' comes twice", name));
    }
    columns_.push_back(name);
  }
}

std::optional<LinkLine> LinkLines::next() {
  return format_ == ImportFormat::csv ? next_record() : next_object();
}

std::optional<LinkLine> LinkLines::next_record() {
  const auto record = csv_.next();
  if (!record) return std::nullopt;
  LinkLine line;
  line.number = record->line;
  line.problem = record->problem;
  if (line.problem.empty() && record->cells.size() != columns_.size()) {
    line.problem =
        fmt::format("has {} cells, the header has {}", record->cells.size(), columns_.size());
  }
  if (!line.problem.empty()) return line;
  json::object link;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& cell = record->cells[i];
    if (!cell.empty()) link[columns_[i]] = value_of(find_column(columns_[i])->kind, cell);
  }
  complete(line, std::move(link));
  return line;
}

std::optional<LinkLine> LinkLines::next_object() {
  std::string text;
  do {
    if (!read_bounded_line(in_, text)) return std::nullopt;
    ++line_;
  } while (text.find_first_not_of(" \t\r") == std::string::npos);
  LinkLine line;
  line.number = line_;
  if (text.size() > import_line_bytes_max) {
    line.problem = "is longer than 64 KiB";
    return line;
  }
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) {
    line.problem = error ? "is not JSON: " + error.message() : "is not a JSON object";
    return line;
  }
  complete(line, std::move(value.get_object()));
  return line;
}

void LinkLines::complete(LinkLine& line, json::object link) {
  if (!campaign_.empty() && !link.contains("campaign")) link["campaign"] = campaign_;
  const auto text = json::serialize(link);
  const auto hash = XXH3_128bits(text.data(), text.size());
  line.content = fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  if (!link.contains("id") && !link.contains("idempotency_key")) {
    link["idempotency_key"] = fmt::format("line {}.{}", line.content, ++seen_[line.content]);
  }
  line.json = json::serialize(link);
}

}  // namespace waymark::cli
