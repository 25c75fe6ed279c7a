// Ordered regular expressions of RE2 that are looked for all at once. Each text that is unlike
// those before it makes the automaton grow; for plain words use WordSet.
#pragma once

#include <re2/set.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::redirect {

class PatternSet {
 public:
  // `memory_bytes_max` bounds the automaton. When it is full it starts over: slower, with the same
  // answers.
  explicit PatternSet(std::size_t memory_bytes_max);

  // Patterns are numbered from 0 as they come. Returns what is wrong with this one; empty when it
  // was taken. Not after compile().
  std::string add(std::string_view pattern);

  // Once, after the last pattern. False when the memory does not hold them.
  [[nodiscard]] bool compile() { return set_.Compile(); }

  // Number of the first pattern that is found somewhere in the text. For any thread at any time.
  std::optional<std::size_t> find(std::string_view text) const;

 private:
  re2::RE2::Set set_;
  std::size_t count_ = 0;
};

}  // namespace waymark::redirect
