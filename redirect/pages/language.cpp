#include "redirect/pages/language.hpp"

#include <boost/beast/core/string.hpp>

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

std::string_view trimmed(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts what stands before `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

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

bool has_tag(const Language& language, std::string_view tag) noexcept {
  return std::ranges::any_of(language.tags, [tag](const std::string& own) {
    return boost::beast::iequals(boost::beast::string_view{own.data(), own.size()},
                                 boost::beast::string_view{tag.data(), tag.size()});
  });
}

// `zh-Hant-TW`, then `zh-Hant`, then `zh`.
std::optional<std::size_t> look_up(std::string_view range,
                                   const std::vector<Language>& languages) noexcept {
  while (!range.empty()) {
    for (std::size_t i = 0; i < languages.size(); ++i) {
      if (has_tag(languages[i], range)) return i;
    }
    const std::size_t dash = range.rfind('-');
    range = range.substr(0, dash == std::string_view::npos ? 0 : dash);
  }
  return std::nullopt;
}

// Thousandths of `q=0.8`; what is no weight reads as 1.
int weight_of(std::string_view parameter) noexcept {
  parameter = trimmed(parameter);
  if (parameter.size() < 3 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=') return 1'000;
  if (parameter[2] != '0') return 1'000;
  int weight = 0;
  int unit = 100;
  for (const char c : parameter.substr(std::min<std::size_t>(4, parameter.size()))) {
    if (c < '0' || c > '9') break;
    weight += unit * (c - '0');
    unit /= 10;
  }
  return weight;
}

}  // namespace

std::vector<Language> parse_languages(std::string_view text) {
  std::vector<Language> languages;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(take_until(text, '\n'));
    try {
      read_line(line, languages);
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
  std::size_t best = 0;
  int best_weight = 0;
  while (!accept_language.empty()) {
    std::string_view parameters = take_until(accept_language, ',');
    const std::string_view range = trimmed(take_until(parameters, ';'));
    const int weight = weight_of(parameters);
    if (weight <= best_weight) continue;
    const auto found = look_up(range, languages);
    if (!found) continue;
    best = *found;
    best_weight = weight;
  }
  return best;
}

}  // namespace waymark::redirect
