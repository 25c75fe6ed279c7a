// Checks that the records of links, campaigns and domains share. Only for record_*.cpp; everybody
// else includes records.hpp.
#pragma once

#include "common/limits.hpp"
#include "common/records.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace waymark::detail {

// What is wrong with a value as a sentence that follows the field's name, or nothing.
using Problem = std::optional<std::string>;

// Reads a decimal number without sign into `value`; at most 2^53 - 1, so that it survives JSON.
Problem read_number(std::string_view text, std::optional<std::uint64_t>& value);
Problem read_time(std::string_view text, std::optional<std::int64_t>& unix_seconds);
Problem read_flag(std::string_view text, bool& value);  // 0 or 1
Problem read_id(std::string_view text, std::string& value);
// UTF-8 without control characters.
Problem read_text(std::string_view text, std::string& value);
Problem read_destination(std::string_view text, const DestinationPolicy& policy,
                         std::string& value);
// As a destination or as `check` has it, but without placeholders: nothing fills them there.
Problem read_url(std::string_view text, const DestinationPolicy& policy, std::string& value,
                 decltype(check_destination)& check = check_destination);

// `must be a, b or c` for a word that is none of these.
template <class Value>
Problem read_word(std::optional<Value> known, std::string_view choices, Value& value) {
  if (!known) return "must be " + std::string{choices};
  value = *known;
  return {};
}

// Feeds every field with a value to `read(name, value)`, which answers with a Problem. An empty
// value counts as absent; of a field that stands there twice the last one counts.
template <class Read>
std::optional<RecordProblem> read_fields(const RecordFields& fields, Read read) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    bytes += name.size() + value.size();
    if (bytes > limits::record_bytes_max) {
      return RecordProblem{name, "makes the record longer than 16 KiB"};
    }
    if (value.empty()) continue;
    if (Problem problem = read(name, value)) return RecordProblem{name, std::move(*problem)};
  }
  return {};
}

}  // namespace waymark::detail
