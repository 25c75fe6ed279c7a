// Sets of sequence numbers as closed ranges, and the figure that the tracker publishes about an
// origin in wm:committed (shipping.md, Keys):
//
//   <generation>;<complete>;<a>-<b>,<c>-<d>,...
//
// everything up to `complete` is committed, then at most limits::committed_ranges_max ranges above.
#pragma once

#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

using Sequence = std::uint64_t;  // numbers of an origin start at 1; 0 means none

struct SequenceRange {
  Sequence first = 0;
  Sequence last = 0;  // inclusive
  friend bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

// Disjoint, sorted, never adjacent ranges.
class SequenceSet {
 public:
  void add(SequenceRange range);
  void add(const SequenceSet& other);
  bool contains(Sequence sequence) const noexcept;
  bool covers(SequenceRange range) const noexcept;
  std::uint64_t count() const noexcept;
  // End of the range that starts at 1, or 0.
  Sequence complete() const noexcept;
  // What of `range` is not in the set, in order.
  std::vector<SequenceRange> missing(SequenceRange range) const;
  const std::vector<SequenceRange>& ranges() const noexcept { return ranges_; }
  bool empty() const noexcept { return ranges_.empty(); }
  friend bool operator==(const SequenceSet&, const SequenceSet&) = default;

 private:
  std::vector<SequenceRange> ranges_;
};

struct Figure {
  std::string generation;
  SequenceSet committed;

  std::string text() const;  // ranges past limits::committed_ranges_max are left out
  friend bool operator==(const Figure&, const Figure&) = default;
};
Result<Figure> parse_figure(std::string_view text);

// `<edge name>/<epoch>/<thread>` in entries, `<epoch>/<thread>` as key of wm:committed.
struct Origin {
  std::string edge;
  std::string epoch;  // 16 hex digits
  unsigned thread = 0;

  std::string key() const;   // <epoch>/<thread>
  std::string text() const;  // <edge>/<epoch>/<thread>
  friend bool operator==(const Origin&, const Origin&) = default;
};
Result<Origin> parse_origin(std::string_view text);

}  // namespace waymark
