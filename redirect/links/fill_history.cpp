#include "redirect/links/fill_history.hpp"

#include <algorithm>
#include <sstream>

namespace waymark::redirect {

bool FillHistory::observe(std::string_view text) {
  const auto filled = parse_fill_marker(text);
  if (!filled) return seen_.empty();
  const auto same = std::ranges::find_if(seen_, [&](const FillMarker& known) {
    return known.store_id == filled->store_id && known.generation == filled->generation;
  });
  if (same == seen_.end()) {
    if (seen_.size() == generations_max) seen_.erase(seen_.begin());
    seen_.push_back(*filled);
    changed_ = true;
    return true;
  }
  if (&*same != &seen_.back() || filled->change < same->change) return false;
  changed_ |= filled->change > same->change;
  same->change = filled->change;
  return true;
}

std::string FillHistory::text() const {
  std::ostringstream lines;
  for (const FillMarker& filled : seen_) lines << filled.text() << '\n';
  return lines.str();
}

FillHistory FillHistory::parse(std::string_view text) {
  FillHistory history;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    if (auto filled = parse_fill_marker(line)) history.seen_.push_back(std::move(*filled));
  }
  return history;
}

}  // namespace waymark::redirect
