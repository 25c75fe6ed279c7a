#include "redirect/agents/word_set.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace waymark::redirect {

WordSet::WordSet(std::span<const RankedWord> words, bool fold) {
  number_symbols(words, fold);
  new_node();
  for (const RankedWord& word : words) add(word);
  connect();
}

std::uint16_t WordSet::find(std::string_view text) const noexcept {
  Node node = step(0, start);
  std::uint16_t lowest = ranks_[node];
  for (const char c : text) {
    // Nobody but us says where a text starts and ends.
    node = c == start || c == end ? Node{0} : step(node, c);
    lowest = std::min(lowest, ranks_[node]);
  }
  return std::min(lowest, ranks_[step(node, end)]);
}

WordSet::Node WordSet::new_node() {
  if (ranks_.size() == no_rank) throw std::logic_error("the words of the list outgrow their table");
  next_.resize(next_.size() + symbols_);
  ranks_.push_back(no_rank);
  return static_cast<Node>(ranks_.size() - 1);
}

void WordSet::number_symbols(std::span<const RankedWord> words, bool fold) {
  for (const RankedWord& word : words) {
    for (const char c : word.text) {
      std::uint8_t& symbol = symbol_[static_cast<std::uint8_t>(c)];
      if (symbol == 0) symbol = static_cast<std::uint8_t>(symbols_++);
    }
  }
  for (std::size_t c = 'A'; fold && c <= 'Z'; ++c) symbol_[c] = symbol_[c | 0x20U];
}

void WordSet::add(const RankedWord& word) {
  Node node = 0;
  for (const char c : word.text) {
    if (next(node, c) == 0) {
      const Node made = new_node();
      next(node, c) = made;
    }
    node = next(node, c);
  }
  ranks_[node] = std::min(ranks_[node], word.rank);
}

// From the trie to the automaton, shorter words first: where a word does not go on, its longest
// suffix that starts another one does; and a word that ends with another one has that one, too.
void WordSet::connect() {
  std::deque<Step> open{{0, 0}};
  while (!open.empty()) {
    const auto [node, suffix] = open.front();
    open.pop_front();
    ranks_[node] = std::min(ranks_[node], ranks_[suffix]);
    for (std::size_t symbol = 1; symbol < symbols_; ++symbol) {
      Node& to = next_[node * symbols_ + symbol];
      const Node by_suffix = node == 0 ? Node{0} : next_[suffix * symbols_ + symbol];
      if (to == 0) {
        to = by_suffix;
      } else {
        open.push_back({to, by_suffix});
      }
    }
  }
}

}  // namespace waymark::redirect
