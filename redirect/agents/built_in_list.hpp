// The built-in list, ready to be asked.
#pragma once

#include "redirect/agents/word_set.hpp"

#include <string_view>

namespace waymark::redirect {

class BuiltInList {
 public:
  BuiltInList();

  // Class of the text, empty for people. For any thread at any time.
  std::string_view find(std::string_view text) const noexcept;

 private:
  WordSet words_;
  WordSet folded_words_;
};

}  // namespace waymark::redirect
