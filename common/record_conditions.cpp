#include "common/record_conditions.hpp"

#include "common/ascii.hpp"
#include "common/limits.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace waymark {
namespace {

namespace json = boost::json;
using detail::Problem;
using detail::shown;
using detail::view_of;

// ISO 3166-1 alpha-2 as of 2024.
constexpr std::string_view countries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICK"
    "CLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGS"
    "GTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULV"
    "LYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPM"
    "PNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTR"
    "TTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";
static_assert(countries.size() == 2 * 250);

bool is_letter(char c) noexcept {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_letter_or_digit(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9');
}

// RFC 5646 in outline: a language of 2 to 8 letters, then subtags of 1 to 8 letters and digits.
bool is_language(std::string_view tag) noexcept {
  if (tag.size() > limits::rule_language_bytes_max) return false;
  for (bool first = true;; first = false) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view part = tag.substr(0, end);
    const bool good = first ? part.size() >= 2 && std::ranges::all_of(part, is_letter)
                            : !part.empty() && std::ranges::all_of(part, is_letter_or_digit);
    if (!good || part.size() > 8) return false;
    if (end == tag.size()) return true;
    tag.remove_prefix(end + 1);
  }
}

// Calls `read` for each text of a list. An empty list is no condition, as an empty field is none.
template <class Read>
Problem read_texts(std::string_view name, const json::value& value, Read read) {
  if (!value.is_array()) return fmt::format("{} must be a list of texts", name);
  if (value.get_array().size() > limits::rule_values_max) {
    return fmt::format("{} has more than {} values", name, limits::rule_values_max);
  }
  for (const json::value& entry : value.get_array()) {
    if (!entry.is_string()) return fmt::format("{} must be a list of texts", name);
    if (Problem problem = read(view_of(entry.get_string()))) return problem;
  }
  return {};
}

Problem read_words(std::string_view name, const json::value& value,
                   std::span<const std::string_view> words, std::uint8_t& bits) {
  return read_texts(name, value, [&](std::string_view text) -> Problem {
    const auto word = std::ranges::find(words, text);
    if (word == words.end()) {
      return fmt::format("{} must be of {}, and '{}' is none", name, fmt::join(words, ", "),
                         shown(text));
    }
    bits = static_cast<std::uint8_t>(bits | 1U << (word - words.begin()));
    return {};
  });
}

Problem read_countries(const json::value& value, std::string& list) {
  return read_texts("country", value, [&](std::string_view text) -> Problem {
    std::string code{text.substr(0, 3)};
    std::ranges::transform(code, code.begin(), upper);
    if (!is_country(code)) {
      return fmt::format(
          "country must hold codes of ISO 3166-1 with two letters, such as DE and GB, and '{}' is "
          "none",
          shown(text));
    }
    list += code;
    return {};
  });
}

Problem read_languages(const json::value& value, std::vector<std::string>& list) {
  return read_texts("language", value, [&](std::string_view text) -> Problem {
    if (!is_language(text)) {
      return fmt::format("language must hold language tags, such as de and pt-BR, and '{}' is none",
                         shown(text));
    }
    list.push_back(lowered(text));
    return {};
  });
}

Problem read_parameter(std::string_view name, const json::value& value,
                       RuleConditions::Parameter& parameter) {
  const auto add = [&](std::string_view text) -> Problem {
    parameter.values.emplace_back(text);
    return {};
  };
  if (name.empty()) return "query has a parameter without name";
  parameter.name = name;
  if (value.is_string()) return add(view_of(value.get_string()));
  if (value.is_bool() && value.get_bool()) return {};
  if (!value.is_array() || value.get_array().empty()) {
    return "query must hold for each parameter a text, a list of texts, or true";
  }
  return read_texts("query", value, add);
}

Problem read_query(const json::value& value, std::vector<RuleConditions::Parameter>& query) {
  if (!value.is_object()) return "query must be an object";
  if (value.get_object().size() > limits::rule_values_max) {
    return fmt::format("query has more than {} parameters", limits::rule_values_max);
  }
  for (const auto& [name, wanted] : value.get_object()) {
    if (Problem problem = read_parameter(view_of(name), wanted, query.emplace_back())) {
      return problem;
    }
  }
  return {};
}

// As starts_at and expires_at, but a number, since this is JSON.
Problem read_time(std::string_view name, const json::value& value, std::int64_t& time) {
  constexpr std::int64_t time_max = (std::int64_t{1} << 53U) - 1;
  const std::int64_t* const number = value.if_int64();
  if (number == nullptr || *number < 0 || *number > time_max) {
    return fmt::format("{} must be a time in unix seconds, a number", name);
  }
  time = *number;
  return {};
}

Problem read_condition(std::string_view name, const json::value& value, RuleConditions& when) {
  if (name == "device") return read_words(name, value, device_names, when.devices);
  if (name == "os") return read_words(name, value, system_names, when.systems);
  if (name == "country") return read_countries(value, when.countries);
  if (name == "language") return read_languages(value, when.languages);
  if (name == "query") return read_query(value, when.query);
  if (name == "from") return read_time(name, value, when.from);
  if (name == "until") return read_time(name, value, when.until);
  return detail::unknown_key(name, "device, os, country, language, query, from and until");
}

}  // namespace

bool is_country(std::string_view text) noexcept {
  if (text.size() != 2) return false;
  for (std::size_t at = 0; at < countries.size(); at += 2) {
    if (countries.substr(at, 2) == text) return true;
  }
  return false;
}

namespace detail {

Problem read_conditions(const json::value& value, RuleConditions& when) {
  if (!value.is_object()) return "when must be an object";
  for (const auto& [name, member] : value.get_object()) {
    if (Problem problem = read_condition(view_of(name), member, when)) return "when." + *problem;
  }
  if (when.from >= when.until) return "when.until must be later than from";
  return {};
}

Problem unknown_key(std::string_view key, std::string_view known) {
  return fmt::format("'{}' is no key here; known are {}", shown(key), known);
}

}  // namespace detail
}  // namespace waymark
