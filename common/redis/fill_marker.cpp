#include "common/redis/fill_marker.hpp"

#include <fmt/format.h>

#include <charconv>

namespace waymark {

std::string FillMarker::text() const {
  return fmt::format("{}:{}:{}", store_id, generation, change);
}

std::optional<FillMarker> parse_fill_marker(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  FillMarker marker;
  marker.store_id = text.substr(0, first);
  marker.generation = text.substr(first + 1, second - first - 1);
  const auto digits = text.substr(second + 1);
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, marker.change);
  if (read.ec != std::errc{} || read.ptr != end || marker.store_id.empty() ||
      marker.generation.empty()) {
    return std::nullopt;
  }
  return marker;
}

}  // namespace waymark
