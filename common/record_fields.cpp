#include "common/record_fields.hpp"

#include "common/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace waymark {

void throw_exception_from_error(const RecordProblem& problem, const boost::source_location&) {
  throw std::logic_error("a record's value was taken though " + problem.field + " " +
                         problem.problem);
}

bool is_id(std::string_view text) noexcept {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  return !text.empty() && text.size() <= limits::id_bytes_max &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

namespace detail {
namespace {

constexpr std::uint64_t number_max = (std::uint64_t{1} << 53U) - 1;

}  // namespace

Problem read_number(std::string_view text, std::optional<std::uint64_t>& value) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number > number_max) {
    return "must be a whole number from 0 to 9007199254740991";
  }
  value = number;
  return {};
}

Problem read_time(std::string_view text, std::optional<std::int64_t>& unix_seconds) {
  std::optional<std::uint64_t> number;
  if (read_number(text, number) || *number > limits::unix_seconds_max) {
    return "must be a time in unix seconds, before the year 10000";
  }
  unix_seconds = static_cast<std::int64_t>(*number);
  return {};
}

Problem read_flag(std::string_view text, bool& value) {
  if (text != "0" && text != "1") return "must be 0 or 1";
  value = text == "1";
  return {};
}

Problem read_id(std::string_view text, std::string& value) {
  if (!is_id(text)) return "must be 1 to 64 of A-Z a-z 0-9 _ . : -";
  value = text;
  return {};
}

Problem read_text(std::string_view text, std::string& value) {
  const auto is_control = [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) return "holds a control character";
  if (!is_utf8(text)) return "is not UTF-8";
  value = text;
  return {};
}

Problem read_destination(std::string_view text, const DestinationPolicy& policy,
                         std::string& value) {
  if (const auto checked = check_destination(text, policy); checked.has_error()) {
    return checked.error().problem;
  }
  value = text;
  return {};
}

Problem read_url(std::string_view text, const DestinationPolicy& policy, std::string& value,
                 decltype(check_destination)& check) {
  if (const auto checked = check(text, policy); checked.has_error()) {
    return checked.error().problem;
  }
  if (text.find('{') != std::string_view::npos) {
    return "holds a placeholder; they are filled in destinations alone";
  }
  value = text;
  return {};
}

}  // namespace detail
}  // namespace waymark
