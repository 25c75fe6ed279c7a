#include "redirect/links/fill_markers.hpp"

#include "common/redis/keys.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace waymark::redirect {

bool FillMarkers::observe(const std::string& key, std::string_view text) {
  if (const auto known = markers_.find(key); known != markers_.end()) {
    return known->second.observe(text);
  }
  const auto filled = parse_filled(text);
  if (!filled) return markers_.empty();
  const auto is_ahead = [&](const auto& other) {
    const Filled* const current = other.second.current();
    return current != nullptr && current->store == filled->store &&
           current->generation == filled->generation && current->change > filled->change;
  };
  if (!markers_.empty() && std::ranges::all_of(markers_, is_ahead)) return false;
  return markers_[key].observe(text);
}

bool FillMarkers::take_changed() {
  bool changed = false;
  for (auto& [key, marker] : markers_) changed |= marker.take_changed();
  return changed;
}

std::string FillMarkers::text() const {
  std::string text;
  for (const auto& [key, marker] : markers_) {
    std::istringstream lines{marker.text()};
    for (std::string line; std::getline(lines, line);) {
      if (key != redis_keys::filled) text.append(key).append(" ");
      text.append(line).append("\n");
    }
  }
  return text;
}

FillMarkers FillMarkers::parse(std::string_view text) {
  std::map<std::string, std::string> texts;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    const std::string key{space == std::string::npos ? std::string{redis_keys::filled}
                                                     : line.substr(0, space)};
    texts[key].append(space == std::string::npos ? line : line.substr(space + 1)).append("\n");
  }
  FillMarkers markers;
  for (const auto& [key, its_text] : texts) {
    FillMarker marker = FillMarker::parse(its_text);
    if (marker.current() != nullptr) markers.markers_.emplace(key, std::move(marker));
  }
  return markers;
}

FillMarkers read_markers(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::ostringstream text;
  text << in.rdbuf();
  return FillMarkers::parse(text.str());
}

bool write_markers(const std::filesystem::path& file, const FillMarkers& markers) {
  const std::filesystem::path temporary = file.string() + ".new";
  {
    std::ofstream out{temporary, std::ios::trunc};
    out << markers.text();
    if (!out.flush()) return false;
  }
  std::error_code error;
  std::filesystem::rename(temporary, file, error);
  return !error;
}

}  // namespace waymark::redirect
