// The languages of our own pages and which one a visitor gets. Texts stand in texts.txt; nothing
// here knows what they say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waymark::redirect {

enum class Text : std::uint8_t {
  not_found,
  not_found_more,
  gone,
  gone_more,
  too_many,
  too_many_more,
  unavailable,
  unavailable_more,
  refused,
  root,
  root_more,
  leads_to,
  full_address,
  active,
  paused,
  ended,
  varies,
  go_on,
  try_again,
  count_,
};
inline constexpr std::size_t texts_count = static_cast<std::size_t>(Text::count_);

// Names of the texts in texts.txt, in the order of the enum.
extern const std::array<std::string_view, texts_count> text_names;

struct Language {
  std::vector<std::string> tags;  // BCP 47; the first is the one that a page names
  bool right_to_left = false;
  std::array<std::string, texts_count> texts;

  const std::string& tag() const noexcept { return tags.front(); }
  const std::string& operator[](Text text) const noexcept {
    return texts[static_cast<std::size_t>(text)];
  }
};

// Content of texts.txt as it was when the program was built.
extern const std::string_view page_texts;

// Reads the format of texts.txt. A text that a language lacks is the first language's. Throws
// std::runtime_error, naming the line: the table is part of the program.
std::vector<Language> parse_languages(std::string_view text);

// Index of the language that Accept-Language (decide/accept_language.hpp) asks for; 0, the first,
// when it asks for none that is there.
std::size_t choose_language(std::string_view accept_language,
                            const std::vector<Language>& languages) noexcept;

}  // namespace waymark::redirect
