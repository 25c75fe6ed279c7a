// The markers that Redis has shown (common/redis/fill_marker.hpp). The edge remembers the highest:
// while Redis shows a lower one or none, it has forgotten links, and its nil is no answer.
#pragma once

#include "common/redis/fill_marker.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::redirect {

class FillHistory {
 public:
  // What a Redis without any marker means depends on the past: an edge that never saw one trusts
  // it. Returns whether Redis, showing `text` (empty: no marker), holds all that this edge knows
  // of. A generation seen for the first time replaces the one before; an earlier one never comes
  // back.
  bool observe(std::string_view text);

  // What was seen last; null when nothing was.
  const FillMarker* current() const noexcept { return seen_.empty() ? nullptr : &seen_.back(); }

  // One line per generation seen, the current one last: what is kept in the file.
  std::string text() const;
  static FillHistory parse(std::string_view text);

  // True once after text() has changed.
  bool take_changed() noexcept { return std::exchange(changed_, false); }

 private:
  static constexpr std::size_t generations_max = 64;
  std::vector<FillMarker> seen_;  // the current one last
  bool changed_ = false;
};

}  // namespace waymark::redirect
