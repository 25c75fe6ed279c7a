// Finds the words of a fixed set in a text, all at once (Aho and Corasick): one step per byte,
// whatever the text holds. For patterns use PatternSet.
#pragma once

#include "redirect/agents/built_in.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace waymark::redirect {

class WordSet {
 public:
  // Stand in a word for the start and the end of the text.
  static constexpr char start = '\x02';
  static constexpr char end = '\x03';
  static constexpr std::uint16_t no_rank = std::numeric_limits<std::uint16_t>::max();

  // Words with `fold` are in lower case and found in any. At most 65,535 characters in all.
  WordSet(std::span<const RankedWord> words, bool fold);

  // The lowest rank of the words in the text, or no_rank.
  std::uint16_t find(std::string_view text) const noexcept;

 private:
  using Node = std::uint16_t;
  struct Step {  // while it is built
    Node node;
    Node longest_suffix;
  };

  Node& next(Node node, char c) noexcept {
    return next_[node * symbols_ + symbol_[static_cast<std::uint8_t>(c)]];
  }
  Node step(Node node, char c) const noexcept {
    return next_[node * symbols_ + symbol_[static_cast<std::uint8_t>(c)]];
  }
  Node new_node();
  void number_symbols(std::span<const RankedWord> words, bool fold);
  void add(const RankedWord& word);
  void connect();

  std::array<std::uint8_t, 256> symbol_{};  // 0: in no word
  std::size_t symbols_ = 1;
  std::vector<Node> next_;            // by node and symbol; node 0 is the root
  std::vector<std::uint16_t> ranks_;  // by node: lowest of the words that end there
};

}  // namespace waymark::redirect
