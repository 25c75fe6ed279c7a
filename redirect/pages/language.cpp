#include "redirect/pages/language.hpp"

#include "common/ascii.hpp"
#include "redirect/decide/accept_language.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace waymark::redirect {

const std::array<std::string_view, texts_count> text_names{
    "not_found",    "not_found_more",   "gone",    "gone_more", "too_many",  "too_many_more",
    "unavailable",  "unavailable_more", "refused", "root",      "root_more", "leads_to",
    "full_address", "active",           "paused",  "ended",     "varies",    "go_on",
    "try_again"};

namespace {

Language language_of(std::string_view tags) {
  Language language;
  while (!tags.empty()) {
    const std::string_view tag = take_until(tags, ' ');
    if (!tag.empty()) language.tags.emplace_back(tag);
  }
  return language;
}

void set_text(Language& language, std::string_view name, std::string_view value) {
  if (name == "direction") {
    language.right_to_left = value == "rtl";
    return;
  }
  const auto at = std::ranges::find(text_names, name);
  if (at == text_names.end()) throw std::runtime_error{"unknown name"};
  language.texts[static_cast<std::size_t>(at - text_names.begin())] = value;
}

void read_line(std::string_view line, std::vector<Language>& languages) {
  if (line.empty() || line.front() == '#') return;
  if (line.front() == '[' && line.back() == ']') {
    languages.push_back(language_of(line.substr(1, line.size() - 2)));
    if (languages.back().tags.empty()) throw std::runtime_error{"a section without a tag"};
    return;
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || languages.empty()) {
    throw std::runtime_error{"neither a section nor a text in one"};
  }
  set_text(languages.back(), trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)));
}

// The language with the longest tag that the range is met by: zh-Hant before zh.
std::optional<std::size_t> look_up(const LanguageRange& range,
                                   const std::vector<Language>& languages) noexcept {
  std::optional<std::size_t> found;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < languages.size(); ++i) {
    for (const std::string& tag : languages[i].tags) {
      if (tag.size() <= longest || !range.is_met_by(tag)) continue;
      found = i;
      longest = tag.size();
    }
  }
  return found;
}

}  // namespace

std::vector<Language> parse_languages(std::string_view text) {
  std::vector<Language> languages;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = take_until(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    try {
      read_line(trimmed(line), languages);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error{"texts.txt, line " + std::to_string(number) + ": " + error.what()};
    }
  }
  if (languages.empty()) throw std::runtime_error{"texts.txt holds no language"};
  for (Language& language : languages) {
    for (std::size_t i = 0; i < texts_count; ++i) {
      if (language.texts[i].empty()) language.texts[i] = languages.front().texts[i];
    }
  }
  return languages;
}

std::size_t choose_language(std::string_view accept_language,
                            const std::vector<Language>& languages) noexcept {
  const AcceptedLanguages accepted{accept_language};
  for (const LanguageRange& range : accepted.ranges()) {
    if (const auto found = look_up(range, languages)) return *found;
  }
  return 0;
}

}  // namespace waymark::redirect
