#include "common/json_names.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <unordered_set>
#include <vector>

namespace waymark {
namespace {

// Takes the text in quotes at the front off, quotes and escapes as they are.
std::string_view take_quoted(std::string_view& json) {
  std::size_t end = 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2U : 1U;
  const std::string_view quoted = json.substr(0, end + 1);
  json.remove_prefix(quoted.size());
  return quoted;
}

// The same name may be written with escapes or without.
std::string read(std::string_view quoted) {
  const auto text = boost::json::parse({quoted.data(), quoted.size()});
  return std::string{text.get_string()};
}

}  // namespace

std::optional<std::string> name_written_twice(std::string_view json) {
  std::vector<std::unordered_set<std::string>> open(1);  // names of the objects that we are in
  std::string_view quoted;
  while (!json.empty()) {
    const char c = json.front();
    if (c == '"') {
      quoted = take_quoted(json);
      continue;
    }
    json.remove_prefix(1);
    if (c == '{' || c == '[') open.emplace_back();
    if (c == '}' || c == ']') open.pop_back();
    if (c != ':') continue;
    const auto [name, is_new] = open.back().insert(read(quoted));
    if (!is_new) return *name;
  }
  return std::nullopt;
}

}  // namespace waymark
