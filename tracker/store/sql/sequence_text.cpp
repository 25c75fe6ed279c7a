#include "tracker/store/sql/sequence_text.hpp"

#include "tracker/store/sql/database.hpp"

#include <fmt/format.h>

#include <charconv>

namespace waymark::tracker::sql {

std::string to_text(const SequenceSet& set) {
  std::string text;
  for (const SequenceRange& range : set.ranges()) {
    if (!text.empty()) text.push_back(',');
    text += fmt::format("{}-{}", range.first, range.last);
  }
  return text;
}

SequenceSet sequence_set_from(std::string_view text) {
  SequenceSet set;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    SequenceRange range;
    auto read = std::from_chars(at, end, range.first);
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '-') {
      read = std::from_chars(read.ptr + 1, end, range.last);
    } else {
      read.ec = std::errc::invalid_argument;
    }
    if (read.ec != std::errc{} || range.first == 0 || range.last < range.first) {
      throw Corrupt{"ranges of an origin cannot be read"};
    }
    set.add(range);
    at = read.ptr;
    if (at != end) ++at;  // the comma
  }
  return set;
}

SequenceSet without(const SequenceSet& set, const SequenceSet& taken) {
  SequenceSet rest;
  for (const SequenceRange& range : set.ranges()) {
    for (const SequenceRange& missing : taken.missing(range)) rest.add(missing);
  }
  return rest;
}

}  // namespace waymark::tracker::sql
