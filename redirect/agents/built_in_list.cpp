#include "redirect/agents/built_in_list.hpp"

#include <algorithm>

namespace waymark::redirect {

BuiltInList::BuiltInList()
    : words_(built_in::words(), false), folded_words_(built_in::folded_words(), true) {}

std::string_view BuiltInList::find(std::string_view text) const noexcept {
  const std::uint16_t rank = std::min(words_.find(text), folded_words_.find(text));
  return rank == WordSet::no_rank ? std::string_view{} : built_in::bots()[rank];
}

}  // namespace waymark::redirect
