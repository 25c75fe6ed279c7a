// The built-in list of agents as tables; the build makes them from list/ (compile-list).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace waymark::redirect {

// Where several words stand in a text, the lowest rank decides.
struct RankedWord {
  std::string_view text;
  std::uint16_t rank = 0;
};

}  // namespace waymark::redirect

namespace waymark::redirect::built_in {

// The class of each rank; empty for people.
std::span<const std::string_view> bots() noexcept;

std::span<const RankedWord> words() noexcept;         // as they are, see WordSet
std::span<const RankedWord> folded_words() noexcept;  // in lower case, meant in any case

// `<version of crawler-user-agents>+<digest of our own files>`.
std::string_view version() noexcept;

}  // namespace waymark::redirect::built_in
