// Walks the parameters of a query string without copying.
#pragma once

#include "common/percent.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

// One parameter as it stands in the query, still percent-encoded.
struct Parameter {
  std::string_view text;   // "utm_source=mail"
  std::string_view name;   // "utm_source"
  std::string_view value;  // "mail"; empty also without `=`
};

// Takes the next parameter that has a name off the front; empty pieces (`&&`) are skipped.
inline std::optional<Parameter> take_parameter(std::string_view& query) noexcept {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view text = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    if (name.empty()) continue;
    return Parameter{
        text, name,
        equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1)};
  }
  return std::nullopt;
}

// Calls `visit` for each.
template <class Visit>
void for_each_parameter(std::string_view query, Visit&& visit) {
  while (const auto parameter = take_parameter(query)) visit(*parameter);
}

// The name of a parameter as names are compared: decoded, and folded as PHP does for $_GET, where
// blanks at the front are dropped, blanks, dots and a lone `[` become `_`, `name[key]` is `name`,
// and nothing follows a NUL. What a landing page takes for one name must be one here. The result
// points into `name` or `buffer`, which must hold as many bytes.
// https://www.php.net/manual/en/language.variables.external.php
std::string_view parameter_key(std::string_view name, char* buffer) noexcept;
std::string parameter_key(std::string_view name);

inline std::string percent_encoded(std::string_view text) {
  std::string encoded(3 * text.size(), '\0');
  encoded.resize(
      static_cast<std::size_t>(write_percent_encoded(text, encoded.data()) - encoded.data()));
  return encoded;
}

}  // namespace waymark::redirect
