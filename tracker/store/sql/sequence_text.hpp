// Sets of sequence numbers as they stand in table origins: `1-500,512-600`, all ranges.
#pragma once

#include "common/ranges.hpp"

#include <string>
#include <string_view>

namespace waymark::tracker::sql {

std::string to_text(const SequenceSet& set);
// Throws Corrupt when the text is not one of to_text.
SequenceSet sequence_set_from(std::string_view text);
// What of `set` is not in `taken`.
SequenceSet without(const SequenceSet& set, const SequenceSet& taken);

}  // namespace waymark::tracker::sql
