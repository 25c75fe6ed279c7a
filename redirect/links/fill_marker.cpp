#include "redirect/links/fill_marker.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace waymark::redirect {

std::optional<Filled> parse_filled(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string_view::npos || second == first + 1) return std::nullopt;
  const std::string_view number = text.substr(second + 1);
  std::uint64_t change = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), change);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return Filled{std::string{text.substr(0, first)},
                std::string{text.substr(first + 1, second - first - 1)}, change};
}

bool FillMarker::observe(std::string_view text) {
  const auto filled = parse_filled(text);
  if (!filled) return seen_.empty();
  const auto same = std::ranges::find_if(seen_, [&](const Filled& known) {
    return known.store == filled->store && known.generation == filled->generation;
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

std::string FillMarker::text() const {
  std::ostringstream lines;
  for (const Filled& filled : seen_) {
    lines << filled.store << ':' << filled.generation << ':' << filled.change << '\n';
  }
  return lines.str();
}

FillMarker FillMarker::parse(std::string_view text) {
  FillMarker marker;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    if (auto filled = parse_filled(line)) marker.seen_.push_back(std::move(*filled));
  }
  return marker;
}

}  // namespace waymark::redirect
