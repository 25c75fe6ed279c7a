#include "tracker/api/query.hpp"

#include "common/percent.hpp"
#include "tracker/api/times.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace waymark::tracker {

namespace {

constexpr std::size_t limit_max = 100;

std::string decoded(std::string_view text) {
  std::string result(text.size(), '\0');
  const char* end = write_form_decoded(text, result.data());
  result.resize(static_cast<std::size_t>(end - result.data()));
  return result;
}

}  // namespace

Query::Query(std::string_view query) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(pair.size(), equals + 1));
    rest_.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
  }
}

std::optional<std::string> Query::text(std::string_view name) {
  const auto named = [&](const auto& param) { return param.first == name; };
  const auto found = std::ranges::find_if(rest_, named);
  if (found == rest_.end()) return std::nullopt;
  auto value = std::move(found->second);
  rest_.erase(found);
  if (std::ranges::any_of(rest_, named)) {
    std::erase_if(rest_, named);
    note(name, "may be given once");
  }
  if (value.empty()) note(name, "must not be empty");  // it would be no filter, unasked
  return value;
}

std::optional<std::string> Query::choice(std::string_view name,
                                         std::span<const std::string_view> choices) {
  auto word = text(name);
  if (word && std::ranges::find(choices, *word) == choices.end()) {
    note(name, fmt::format("must be one of {}", fmt::join(choices, ", ")));
    return std::nullopt;
  }
  return word;
}

std::optional<bool> Query::flag(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  if (*value != "true" && *value != "false") {
    note(name, "must be true or false");
    return std::nullopt;
  }
  return *value == "true";
}

std::optional<std::uint64_t> Query::time_ms(std::string_view name) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto unix_ms = parse_time_ms(*value);
  if (!unix_ms) note(name, "must be a time such as 2026-05-02T10:00:00Z, a date or unix seconds");
  return unix_ms;
}

std::optional<std::uint64_t> Query::number(std::string_view name, std::uint64_t min,
                                           std::uint64_t max) {
  const auto value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto read = std::from_chars(value->data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < min || number > max) {
    note(name, fmt::format("must be a whole number from {} to {}", min, max));
    return std::nullopt;
  }
  return number;
}

Paging Query::paging() {
  Paging paging;
  paging.limit = number("limit", 1, limit_max).value_or(paging.limit);
  paging.starting_after = text("starting_after").value_or("");
  paging.ending_before = text("ending_before").value_or("");
  if (!paging.starting_after.empty() && !paging.ending_before.empty()) {
    note("ending_before", "cannot be combined with starting_after");
  }
  return paging;
}

std::optional<Problem> Query::finish() const {
  if (!rest_.empty()) {
    const auto& name = rest_.front().first;
    return Problem{ProblemCode::unknown_parameter,
                   "The query has a parameter that is not known here: " + name + ".", name};
  }
  return problem_;
}

void Query::note(std::string_view name, std::string detail) {
  if (problem_) return;
  problem_ = Problem{ProblemCode::validation_failed,
                     std::string{name}.append(" ").append(detail).append("."), std::string{name}};
}

}  // namespace waymark::tracker
