#include "tracker/cli/import/link_lines.hpp"

#include "common/ascii.hpp"
#include "common/error.hpp"
#include "common/settings/nearest_name.hpp"
#include "common/utf8.hpp"
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

enum class Kind { text, number, flag, list, words };

struct Column {
  std::string_view name;
  Kind kind;
};

constexpr Column known_columns[] = {
    {"destination", Kind::text}, {"code", Kind::text},           {"host", Kind::text},
    {"id", Kind::text},          {"aliases", Kind::words},       {"campaign", Kind::text},
    {"referrer", Kind::text},    {"status", Kind::text},         {"starts_at", Kind::text},
    {"expires_at", Kind::text},  {"expired_url", Kind::text},    {"max_clicks", Kind::number},
    {"rules", Kind::list},       {"status_code", Kind::number},  {"query", Kind::text},
    {"title", Kind::text},       {"description", Kind::text},    {"image", Kind::text},
    {"test", Kind::flag},        {"idempotency_key", Kind::text}};

constexpr std::size_t column_shown_max = 64;
constexpr std::string_view blanks = " \t\r";
constexpr std::string_view no_utf8 =
    "is not UTF-8 (but Windows-1252, perhaps): save the file as UTF-8";

const Column* find_column(std::string_view name) {
  const auto* found = std::ranges::find(known_columns, name, &Column::name);
  return found == std::end(known_columns) ? nullptr : found;
}

std::string_view without_blanks(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(blanks), text.size());
  const auto end = text.find_last_not_of(blanks);
  return text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin);
}

std::string column_name(std::string_view cell) {
  return lowered(without_blanks(cell));
}

StartupError bad_beginning(std::size_t line, std::string_view problem) {
  return {exit_code::usage, fmt::format("line {}: {}", line, problem)};
}

StartupError unknown_column(std::size_t line, std::string_view cell) {
  std::vector<std::string> known;
  for (const auto& column : known_columns) known.emplace_back(column.name);
  return bad_beginning(
      line, fmt::format("unknown column '{}'{}; a CSV file begins with the names of its columns: "
                        "destination and any of {}",
                        printable(cell.substr(0, column_shown_max)),
                        did_you_mean(column_name(cell), known),
                        fmt::join(known.begin() + 1, known.end(), ", ")));
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
  if (kind == Kind::words) {
    json::array words;
    for (std::string_view rest = without_blanks(cell); !rest.empty(); rest = without_blanks(rest)) {
      const auto word = rest.substr(0, rest.find_first_of(blanks));
      words.emplace_back(json::string_view{word.data(), word.size()});
      rest.remove_prefix(word.size());
    }
    return words;
  }
  if (kind == Kind::list) {
    boost::system::error_code error;
    auto list = json::parse(cell, error);
    if (!error) return list;
  }
  return json::value(cell);
}

std::istream& behind_byte_order_mark(std::istream& in) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (in.peek() == 0xff || in.peek() == 0xfe) {
    throw bad_beginning(1, "begins like UTF-16; save the file as UTF-8");
  }
  if (in.peek() != static_cast<unsigned char>(mark[0])) return in;
  char first[3] = {};
  in.read(first, sizeof first);
  if (in && std::string_view{first, sizeof first} == mark) return in;
  throw bad_beginning(1, no_utf8);
}

// `object` is the text of one.
void add_member(std::string& object, std::string_view name, std::string_view value) {
  const auto end = object.rfind('}');
  const bool first = object.find_last_not_of(blanks, end - 1) == object.find('{');
  object.resize(end);
  object += fmt::format("{}\"{}\":{}}}", first ? "" : ",", name,
                        json::serialize(json::string_view{value.data(), value.size()}));
}

}  // namespace

LinkLines::LinkLines(std::istream& in, std::optional<ImportFormat> format, std::string campaign)
    : lines_(behind_byte_order_mark(in)), campaign_(std::move(campaign)) {
  format_ = format_of_file(format);
  if (format_ == ImportFormat::csv) read_header();
}

ImportFormat LinkLines::format_of_file(std::optional<ImportFormat> format) {
  std::string line;
  do {
    if (!lines_.next(line)) return format.value_or(ImportFormat::csv);
  } while (without_blanks(line).empty());
  const char first = without_blanks(line).front();
  if (first == '[' && format != ImportFormat::csv) {
    throw bad_beginning(lines_.number(),
                        "begins a JSON list; NDJSON has an object on each line, without commas "
                        "between (jq -c '.[]' writes a list so)");
  }
  lines_.give_back({std::move(line)});
  return format.value_or(first == '{' ? ImportFormat::ndjson : ImportFormat::csv);
}

void LinkLines::read_header() {
  const auto header = csv_.next();
  if (!header) return;  // an empty file holds no links
  if (!header->problem.empty()) throw bad_beginning(header->line, header->problem);
  for (const auto& cell : header->cells) {
    const auto name = column_name(cell);
    if (!is_utf8(name)) throw bad_beginning(header->line, no_utf8);
    if (find_column(name) == nullptr) throw unknown_column(header->line, cell);
    if (std::ranges::find(columns_, name) != columns_.end()) {
      throw bad_beginning(header->line, fmt::format("column '{}' comes twice", name));
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
  if (!line.problem.empty()) return line;
  json::object link;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& cell = record->cells[i];
    if (!is_utf8(cell)) {
      line.field = columns_[i];
      line.problem = no_utf8;
      return line;
    }
    if (!cell.empty()) link[columns_[i]] = value_of(find_column(columns_[i])->kind, cell);
  }
  line.json = json::serialize(link);
  complete(line, link, line.json);
  return line;
}

std::optional<LinkLine> LinkLines::next_object() {
  LinkLine line;
  do {
    if (!lines_.next(line.json)) return std::nullopt;
  } while (without_blanks(line.json).empty());
  line.number = lines_.number();
  boost::system::error_code error;
  const auto value = json::parse(line.json, error);
  if (line.json.size() > import_line_bytes_max) {
    line.problem = "is longer than 64 KiB";
  } else if (error) {
    line.problem = is_utf8(line.json) ? "is not JSON: " + error.message() : std::string{no_utf8};
  } else if (!value.is_object()) {
    line.problem = "is not a JSON object";
  }
  if (line.problem.empty()) {
    complete(line, value.get_object(), json::serialize(value));
  } else {
    line.json.clear();
  }
  return line;
}

void LinkLines::complete(LinkLine& line, const json::object& link, std::string said) {
  if (!campaign_.empty() && !link.contains("campaign")) {
    add_member(line.json, "campaign", campaign_);
    add_member(said, "campaign", campaign_);
  }
  const auto hash = XXH3_128bits(said.data(), said.size());
  line.content = fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  if (const auto* key = link.if_contains("idempotency_key"); key != nullptr && key->is_string()) {
    line.key = key->get_string();
  } else if (key == nullptr && !link.contains("id")) {
    add_member(line.json, "idempotency_key",
               fmt::format("line {}.{}", line.content, ++seen_[line.content]));
  }
}

}  // namespace waymark::cli
