#include "redirect/links/fill_markers.hpp"

#include "common/redis/keys.hpp"
#include "redirect/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace waymark::redirect {

bool FillMarkers::observe(const std::string& key, std::string_view text) {
  if (const auto known = markers_.find(key); known != markers_.end()) {
    return known->second.observe(text);
  }
  const auto filled = parse_fill_marker(text);
  if (!filled) return markers_.empty();
  const auto is_ahead = [&](const auto& other) {
    const FillMarker* const current = other.second.current();
    return current != nullptr && current->store_id == filled->store_id &&
           current->generation == filled->generation && current->change > filled->change;
  };
  if (!markers_.empty() && std::ranges::all_of(markers_, is_ahead)) return false;
  return markers_[key].observe(text);
}

bool FillMarkers::take_changed() {
  bool changed = false;
  for (auto& [key, history] : markers_) changed |= history.take_changed();
  return changed;
}

std::string FillMarkers::text() const {
  std::string text;
  for (const auto& [key, history] : markers_) {
    std::istringstream lines{history.text()};
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
    FillHistory history = FillHistory::parse(its_text);
    if (history.current() != nullptr) markers.markers_.emplace(key, std::move(history));
  }
  return markers;
}

FillMarkers read_markers(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::ostringstream text;
  text << in.rdbuf();
  return FillMarkers::parse(text.str());
}

// Renamed before it is on the disk, the file may be an empty one after a loss of power, and with no
// marker a Redis that lost its links in the same instant would be believed.
bool write_markers(const std::filesystem::path& file, std::string_view text) {
  const std::string temporary = file.string() + ".new";
  const Descriptor out{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)};
  const auto size = static_cast<ssize_t>(text.size());
  return out.get() >= 0 && ::write(out.get(), text.data(), text.size()) == size &&
         ::fsync(out.get()) == 0 && ::rename(temporary.c_str(), file.c_str()) == 0;
}

}  // namespace waymark::redirect
