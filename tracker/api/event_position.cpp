#include "tracker/api/event_position.hpp"

#include <algorithm>
#include <charconv>

namespace waymark::tracker {
namespace {

std::optional<ShardPlace> parse_place(std::string_view text) {
  ShardPlace place;
  const auto slash = text.find('/');
  const auto entry = parse_stream_id(text.substr(0, slash));
  if (!entry) return std::nullopt;
  place.entry = *entry;
  if (slash == std::string_view::npos) return place;
  const auto lines = text.substr(slash + 1);
  const char* const end = lines.data() + lines.size();
  const auto read = std::from_chars(lines.data(), end, place.lines);
  if (read.ec != std::errc{} || read.ptr != end || place.lines == 0) return std::nullopt;
  return place;
}

}  // namespace

std::string event_id(const EventPosition& position) {
  std::string text;
  for (const auto& [tag, place] : position) {
    if (!text.empty()) text += ',';
    text.append(tag).append(":").append(place.entry.text());
    if (place.lines > 0) text.append("/").append(std::to_string(place.lines));
  }
  return text;
}

std::optional<EventPosition> parse_event_id(std::string_view text) {
  EventPosition position;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const auto colon = part.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    const auto place = parse_place(part.substr(colon + 1));
    if (!place) return std::nullopt;
    position[std::string{part.substr(0, colon)}] = *place;
  }
  if (position.empty()) return std::nullopt;
  return position;
}

}  // namespace waymark::tracker
